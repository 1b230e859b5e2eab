import { describe, expect, it } from 'vitest';
import { decode } from '../../../../src/control-plane/schema/decode.js';
import { decodeCopy, decodeStored } from '../../../../src/control-plane/schema/decode-known.js';
import { KindRegistry } from '../../../../src/control-plane/kinds/registry.js';
import { PODS } from '../../../../src/control-plane/resources.js';

const POD_TYPE = new KindRegistry().of(PODS).type;

function aPod(): Record<string, unknown> {
  return {
    status: { phase: 'Running', conditions: [], podIP: '' },
    spec: {
      nodeSelector: { b: '1', a: '2' },
      containers: [
        { name: 'main', image: 'x', resources: { requests: { cpu: '0.25', memory: '1024Ki' } } },
      ],
      volumes: [],
    },
    metadata: { name: 'a', namespace: 'n', labels: { z: '1', a: '2' } },
    kind: 'Pod',
    apiVersion: 'v1',
  };
}

/** With its order of keys, which clients see. */
function text(value: unknown): string {
  return JSON.stringify(value);
}

describe('decoding what was decoded before', () => {
  it('gives what decoding all of it gives', () => {
    const stored = decodeStored(POD_TYPE, aPod());
    const changed = { ...stored, status: { phase: 'Failed', reason: '', message: 'why' } };

    expect(text(stored)).toBe(text(decode(POD_TYPE, aPod())));
    expect(text(decodeStored(POD_TYPE, changed))).toBe(text(decode(POD_TYPE, changed)));
    expect(text(decodeCopy(POD_TYPE, changed, { keepsEmpty: true }))).toBe(
      text(decode(POD_TYPE, changed, { keepsEmpty: true })),
    );
  });

  it('stores a part that was left as it was once', () => {
    const stored = decodeStored(POD_TYPE, aPod());

    const next = decodeStored(POD_TYPE, { ...stored, status: { phase: 'Failed' } });

    expect(next['spec']).toBe(stored['spec']);
    expect(next['status']).toEqual({ phase: 'Failed' });
  });

  it('copies all that may be changed', () => {
    const stored = decodeStored(POD_TYPE, aPod());
    const before = text(stored);

    const copy = decodeCopy(POD_TYPE, stored, {});
    Object.assign(copy['spec'] ?? {}, { containers: [], nodeName: 'somewhere' });

    expect(text(stored)).toBe(before);
    expect(text(decodeStored(POD_TYPE, copy))).not.toBe(before);
  });

  it('decodes a known part anew where it is of another type', () => {
    const stored = decodeStored(POD_TYPE, aPod());

    const mixed = decodeStored(POD_TYPE, { ...stored, spec: stored['status'] });

    expect(text(mixed['spec'])).toBe(text(decode(POD_TYPE, { ...stored, spec: {} })['spec']));
  });

  it('reports unknown fields beside known parts', () => {
    const unknownFields: string[] = [];

    decodeCopy(
      POD_TYPE,
      { ...decodeStored(POD_TYPE, aPod()), odd: 1 },
      { report: { unknownFields } },
    );

    expect(unknownFields).toEqual(['odd']);
  });
});
