import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/core/objects.js';
import { manifestDigests, RUN_LABEL } from '../../../src/run/manifest-digests.js';

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', labels: { app: 'web', [RUN_LABEL]: 'run-1' } },
  spec: { ports: [{ port: 80, name: 'http' }] },
} satisfies KubeObject & Record<string, unknown>;

function digestOf(object: KubeObject): string | undefined {
  return manifestDigests([object])[0]?.sha256;
}

describe('the digest of a manifest', () => {
  it('is the SHA-256 of its canonical JSON, without the label of the run', () => {
    // sha256sum of {"apiVersion":"v1","kind":"Service","metadata":{"labels":{"app":"web"},"name":"web"},"spec":{"ports":[{"name":"http","port":80}]}}
    expect(manifestDigests([SERVICE])).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Service',
        name: 'web',
        sha256: 'aca4878fa0603c78023541bb0ca6cc37fdcad35aa99ab3e20ff57045300bd0b9',
      },
    ]);
  });

  it('is the same in another run, and however its fields are ordered', () => {
    const { spec: _, metadata, ...rest } = SERVICE;
    const labels = { [RUN_LABEL]: 'run-2', app: 'web' };

    const other = {
      spec: { ports: [{ name: 'http', port: 80 }] },
      metadata: { labels, name: metadata.name },
      ...rest,
    };

    expect(digestOf(other)).toBe(digestOf(SERVICE));
  });

  it.each([
    ['a value', { ...SERVICE, spec: { ports: [{ port: 81, name: 'http' }] } }],
    ['the order of a list', { ...SERVICE, spec: { ports: [{ port: 80 }, { port: 1 }] } }],
    ['a label', { ...SERVICE, metadata: { name: 'web', labels: { app: 'other' } } }],
  ])('is another when %s is another', (_, object) => {
    expect(digestOf(object)).not.toBe(digestOf(SERVICE));
  });
});
