import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldOf } from '../../../src/core/json.js';
import { mergePatch } from '../../../src/core/merge-patch.js';
import type { KubeObject } from '../../../src/core/objects.js';
import {
  changedByRun,
  inversePatch,
  keepingOriginal,
  restoringPatch,
} from '../../../src/core/original.js';
import { isKubeObject } from '../../../src/core/object-guards.js';

const HPA = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'shop', annotations: { team: 'checkout' } },
  spec: { minReplicas: 3, maxReplicas: 10, metrics: [{ type: 'Resource' }] },
};
const MARK = { runId: '20260801-101500-ab12', expiresAtMs: 1_785_000_000_000 };

function patched(object: KubeObject, patch: object): KubeObject {
  const after = mergePatch(object, patch);
  if (!isKubeObject(after)) throw new Error('not an object any more');
  return after;
}

describe('inversePatch', () => {
  const rows: readonly (readonly [sentence: string, patch: Record<string, unknown>])[] = [
    ['a changed number comes back', { spec: { maxReplicas: 20 } }],
    ['a field that was absent goes again', { spec: { behavior: { scaleDown: {} } } }],
    ['a list is put back whole', { spec: { metrics: [] } }],
    ['a removed field comes back', { spec: { minReplicas: null } }],
    ['a mapping that became a text comes back', { spec: 'none' }],
  ];
  test.each(rows)('%s', (_, patch) => {
    expect(patched(patched(HPA, patch), inversePatch(HPA, patch))).toEqual(HPA);
  });

  test('any patch of any object without nulls is undone', () => {
    const leaf = fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer()));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.dictionary(
        fc.constantFrom('a', 'b', 'c', 'd'),
        fc.oneof({ maxDepth: 3 }, leaf, tie('tree')),
      ),
    }));
    const { change } = fc.letrec((tie) => ({
      change: fc.dictionary(
        fc.constantFrom('a', 'b', 'c', 'd'),
        fc.oneof({ maxDepth: 3 }, leaf, fc.constant(null), tie('change')),
      ),
    }));
    fc.assert(
      fc.property(tree, change, (before, patch) => {
        if (typeof before !== 'object' || before === null) return;
        if (typeof patch !== 'object' || patch === null) return;
        const undo = inversePatch(before, { ...patch });
        expect(mergePatch(mergePatch(before, patch), undo)).toEqual(before);
      }),
    );
  });
});

describe('an object that was there before the run', () => {
  const changed = patched(HPA, keepingOriginal(HPA, { spec: { maxReplicas: 20 } }, MARK));

  test('is changed and names the run', () => {
    expect(fieldOf(fieldOf(changed, 'spec'), 'maxReplicas')).toBe(20);
    expect(changedByRun(changed)).toBe(MARK.runId);
    expect(changedByRun(HPA)).toBeUndefined();
  });

  test('is as it was after it is put back, without a trace', () => {
    expect(patched(changed, restoringPatch(changed) ?? {})).toEqual(HPA);
  });

  test('keeps changes that others made to other fields meanwhile', () => {
    const meanwhile = patched(changed, { spec: { minReplicas: 5 } });
    const restored = patched(meanwhile, restoringPatch(meanwhile) ?? {});
    expect(restored).toEqual(patched(HPA, { spec: { minReplicas: 5 } }));
  });

  test('is left alone when no run changed it, or what it kept cannot be read', () => {
    expect(restoringPatch(HPA)).toBeUndefined();
    const broken = patched(HPA, { metadata: { annotations: { 'hpa-lab.dev/original': '{' } } });
    expect(restoringPatch(broken)).toBeUndefined();
  });
});
