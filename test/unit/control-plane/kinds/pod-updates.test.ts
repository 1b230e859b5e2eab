import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';

const PATH = '/api/v1/namespaces/default/pods';
const MERGE = 'application/merge-patch+json';
const TERMS = 'requiredDuringSchedulingIgnoredDuringExecution';

/** A pod of that spec; `patch` changes it and gives what the server says of it. */
function aPod(spec: object) {
  const api = new InProcessApi();
  const containers = [{ name: 'c', image: 'i' }];
  api.send('POST', PATH, { body: { metadata: { name: 'p' }, spec: { containers, ...spec } } });
  return {
    api,
    patch: (change: object): string => {
      const { body } = api.send('PATCH', `${PATH}/p`, {
        body: { spec: change },
        contentType: MERGE,
      });
      const text: unknown = body.kind === 'Status' ? body.message : 'done';
      return String(text).replace('Pod "p" is invalid: ', '');
    },
  };
}

function nodesWith(...keys: readonly string[]): object {
  const matchExpressions = keys.map((key) => ({ key, operator: 'Exists' }));
  return {
    affinity: { nodeAffinity: { [TERMS]: { nodeSelectorTerms: [{ matchExpressions }] } } },
  };
}

describe('a change of a pod', () => {
  it('may give it a deadline and shorten it, never lengthen or remove it', () => {
    const { patch } = aPod({});

    expect(patch({ activeDeadlineSeconds: 100 })).toBe('done');
    expect(patch({ activeDeadlineSeconds: 50 })).toBe('done');
    expect(patch({ activeDeadlineSeconds: 60 })).toBe(
      'spec.activeDeadlineSeconds: Invalid value: 60: must be less than or equal to previous value',
    );
    expect(patch({ activeDeadlineSeconds: null })).toBe(
      'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
    );
  });

  it('adds no container and no gate', () => {
    const { patch } = aPod({});
    const containers = ['c', 'd'].map((name) => ({ name, image: 'i' }));

    expect(patch({ containers })).toBe(
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    );
    expect(patch({ schedulingGates: [{ name: 'x' }] })).toBe(
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'x'",
    );
  });

  it('narrows the nodes of a pod that waits for a gate, and of no other', () => {
    const gated = aPod({ schedulingGates: [{ name: 'x' }], nodeSelector: { a: '1' } });

    expect(gated.patch({ nodeSelector: { b: '2' } })).toBe('done');
    expect(gated.patch({ nodeSelector: { a: '3' } })).toMatch(
      /^spec\.nodeSelector: .*only additions to spec\.nodeSelector are allowed/,
    );
    expect(gated.patch(nodesWith('a'))).toBe('done');
    expect(gated.patch(nodesWith('a', 'b'))).toBe('done');
    expect(gated.patch(nodesWith('b'))).toMatch(/nodeSelectorTerms\[0\]: .*only additions/);
    expect(gated.patch({ schedulingGates: null })).toBe('done');
    expect(gated.patch({ nodeSelector: { d: '4' } })).toMatch(/pod updates may not change fields/);
  });
});

describe('a binding', () => {
  it('is refused for a pod that waits for a gate, or has a node', () => {
    const { api, patch } = aPod({ schedulingGates: [{ name: 'x' }] });
    const bind = (name: string): unknown =>
      api.send('POST', `${PATH}/p/binding`, {
        body: { metadata: { name: 'p' }, target: { kind: 'Node', name } },
      }).body.message;

    expect(bind('n')).toBe(
      'Operation cannot be fulfilled on pods/binding "p": pod p has non-empty .spec.schedulingGates',
    );
    patch({ schedulingGates: null });
    bind('n');
    expect(bind('m')).toBe(
      'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n"',
    );
  });
});

it('is not read at a version that is still to come', () => {
  const { api } = aPod({});

  const { status, body } = api.send('GET', `${PATH}/p`, { query: 'resourceVersion=99999999' });

  expect(status).toBe(504);
  expect(body.message).toMatch(/^Timeout: Too large resource version: 99999999, current: \d+$/);
});
