import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isProgressing,
  maxSurge,
  maxUnavailable,
  newSetReplicas,
} from '../../../../src/control-plane/controllers/deployment-rules.js';
import {
  newSetAnnotations,
  replicasAnnotations,
} from '../../../../src/control-plane/controllers/deployment-revisions.js';
import { proportionalSizes } from '../../../../src/control-plane/controllers/deployment-scaling.js';
import { templateHash } from '../../../../src/control-plane/controllers/template-hash.js';
import type { Deployment, IntOrString, ReplicaSet } from '../../../../src/core/objects.js';
import {
  aDeployment,
  aTemplate,
} from '../../../../src/conformance/controllers/control-plane-lab.js';

function rolling(replicas: number, surge: IntOrString, unavailable: IntOrString): Deployment {
  return aDeployment({
    replicas,
    strategy: {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable },
    },
  });
}

function aSet(
  name: string,
  replicas: number,
  annotations: Record<string, string> = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, annotations, creationTimestamp: `2026-11-23T06:00:0${name.length}Z` },
    spec: { replicas, selector: {}, template: aTemplate() },
  };
}

describe('surge and unavailability', () => {
  it.each<[string, readonly [number, IntOrString, IntOrString], readonly [number, number]]>([
    ['25 % of 10: the surge rounds up, the rest down', [10, '25%', '25%'], [3, 2]],
    ['25 % of 1', [1, '25%', '25%'], [1, 0]],
    ['numbers are themselves', [4, 2, 1], [2, 1]],
    ['both nothing: one may be unavailable', [4, 0, 0], [0, 1]],
    ['both percentages that come to nothing', [4, 0, '10%'], [0, 1]],
    ['never more unavailable than wanted', [3, 0, 10], [0, 3]],
    ['of no replicas none is unavailable', [0, 1, 1], [1, 0]],
  ])('%s', (_sentence, strategy, expected) => {
    const deployment = rolling(...strategy);

    expect([maxSurge(deployment), maxUnavailable(deployment)]).toEqual(expected);
  });

  it('Recreate has neither', () => {
    const deployment = aDeployment({ replicas: 4, strategy: { type: 'Recreate' } });

    expect([maxSurge(deployment), maxUnavailable(deployment)]).toEqual([0, 0]);
  });
});

describe('newSetReplicas', () => {
  it.each([
    ['room for the surge', { wanted: 4, sizes: [4], current: 0 }, 1],
    ['no room', { wanted: 4, sizes: [4, 1], current: 1 }, 1],
    ['as much as fits', { wanted: 4, sizes: [2, 1], current: 1 }, 3],
    ['never over what is wanted', { wanted: 4, sizes: [0, 3], current: 3 }, 4],
  ])('%s', (_sentence, { wanted, sizes, current }, expected) => {
    const sets = sizes.map((size, index) => aSet('s'.repeat(index + 1), size));

    expect(newSetReplicas(rolling(wanted, 1, 1), sets, current)).toBe(expected);
  });
});

function annotated(wanted: number, surge: number): Record<string, string> {
  return { ...replicasAnnotations(rolling(wanted, surge, 2)) };
}

describe('proportionalSizes', () => {
  it.each([
    ['the example of the documentation: 8 and 5 become 11 and 7', 15, [11, 7]],
    ['to nothing', 0, [0, 0]],
    ['to less', 5, [5, 3]],
  ])('%s', (_sentence, wanted, expected) => {
    const deployment = rolling(wanted, 3, 2);
    const sets = [8, 5].map((size, index) => aSet('s'.repeat(index + 1), size, annotated(10, 3)));

    const result = proportionalSizes(deployment, sets);

    expect(result.map(({ replicas }) => replicas)).toEqual(expected);
  });

  it('always comes to exactly what is allowed, and no set goes below nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 4 }),
        (wanted, sizes) => {
          const before = sizes.reduce((sum, size) => sum + size, 0);
          const sets = sizes.map((size, index) =>
            aSet('s'.repeat(index + 1), size, annotated(before - 2, 2)),
          );

          const result = proportionalSizes(rolling(wanted, 2, 1), sets).map(
            ({ replicas }) => replicas,
          );

          expect(Math.min(...result)).toBeGreaterThanOrEqual(0);
          const total = result.reduce((sum, size) => sum + size, 0);
          expect(total).toBe(wanted === 0 ? 0 : wanted + 2);
        },
      ),
    );
  });
});

describe('isProgressing', () => {
  const before = { replicas: 5, updatedReplicas: 1, readyReplicas: 4, availableReplicas: 4 };

  it.each([
    ['more new pods', { ...before, replicas: 6, updatedReplicas: 2 }, true],
    ['fewer old pods', { ...before, replicas: 4 }, true],
    ['more ready pods', { ...before, readyReplicas: 5 }, true],
    ['more available pods', { ...before, availableReplicas: 5 }, true],
    ['nothing', before, false],
    ['a new pod lost', { ...before, replicas: 4, updatedReplicas: 0 }, false],
  ])('%s', (_sentence, after, expected) => {
    expect(isProgressing(before, after)).toBe(expected);
  });
});

describe('newSetAnnotations', () => {
  const deployment: Deployment = {
    ...aDeployment(),
    metadata: {
      name: 'web',
      annotations: {
        'example.com/team': 'a',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'deployment.kubernetes.io/revision': '7',
      },
    },
  };

  it("copies the Deployment's own annotations and sets the revision", () => {
    expect(newSetAnnotations(deployment, {}, 3)).toEqual({
      'example.com/team': 'a',
      'deployment.kubernetes.io/revision': '3',
    });
  });

  it('remembers the revisions of a set that is taken back', () => {
    const taken = newSetAnnotations(deployment, { 'deployment.kubernetes.io/revision': '1' }, 3);
    const again = newSetAnnotations(deployment, taken, 5);

    expect(again).toMatchObject({
      'deployment.kubernetes.io/revision': '5',
      'deployment.kubernetes.io/revision-history': '1,3',
    });
  });

  it('never lowers a revision', () => {
    const kept = newSetAnnotations(deployment, { 'deployment.kubernetes.io/revision': '4' }, 3);

    expect(kept['deployment.kubernetes.io/revision']).toBe('4');
  });
});

describe('templateHash', () => {
  it('is the same for equal templates whatever the order of their keys', () => {
    const template = aTemplate();
    const { spec, metadata } = template;

    expect(templateHash({ spec, ...(metadata && { metadata }) }, undefined)).toBe(
      templateHash(template, undefined),
    );
    expect(templateHash(template, undefined)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  });

  it('differs for another image and after a collision', () => {
    const hashes = [
      templateHash(aTemplate('a:1'), undefined),
      templateHash(aTemplate('a:2'), undefined),
      templateHash(aTemplate('a:1'), 1),
      templateHash(aTemplate('a:1'), 2),
    ];

    expect(new Set(hashes).size).toBe(4);
  });
});
