import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../../../src/control-plane/resources.js';
import type { Deployment, DeploymentSpec } from '../../../../src/core/objects.js';
import {
  NAMESPACE,
  aDeployment,
  aTemplate,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { ControlPlaneLab } from '../../../../src/conformance/controllers/control-plane-lab.js';

function change(lab: ControlPlaneLab, spec: Partial<DeploymentSpec>): void {
  const deployment = lab.deployment();
  lab.api.update(DEPLOYMENTS, { ...deployment, spec: { ...deployment.spec, ...spec } });
}

function running(spec: Partial<DeploymentSpec> = {}): ControlPlaneLab {
  const lab = controlPlaneLab();
  lab.api.create(DEPLOYMENTS, aDeployment(spec));
  lab.clock.advance(3_000);
  return lab;
}

function conditionOf({ status }: Deployment, type: string): string | undefined {
  const condition = status?.conditions?.find((candidate) => candidate.type === type);
  return condition === undefined ? undefined : `${condition.status} ${condition.reason}`;
}

describe('DeploymentController', () => {
  it('keeps as many old sets as the history limit says, the latest of them', () => {
    const lab = running({ revisionHistoryLimit: 2 });
    for (let version = 2; version <= 5; version++) {
      change(lab, { template: aTemplate(`app:${version}`) });
      lab.clock.advance(10_000);
    }

    const revisions = lab
      .replicaSets()
      .map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'])
      .sort((a, b) => Number(a) - Number(b));

    expect(revisions).toEqual(['3', '4', '5']);
  });

  it('takes a set back into use when its template comes again', () => {
    const lab = running();
    change(lab, { template: aTemplate('app:2') });
    lab.clock.advance(10_000);
    change(lab, { template: aTemplate('app:1') });
    lab.clock.advance(10_000);

    expect(lab.replicaSets()).toHaveLength(2);
    expect(lab.deployment().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(new Set(lab.pods().map(({ spec }) => spec.containers[0]?.image))).toEqual(
      new Set(['app:1']),
    );
  });

  it('counts a collision with a set that is not its own and takes another name', () => {
    const first = running();
    const taken = first.replicaSets()[0]?.metadata.name ?? '';
    const lab = controlPlaneLab();
    lab.api.create(REPLICA_SETS, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: taken, namespace: NAMESPACE },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'other' } },
        template: { ...aTemplate(), metadata: { labels: { app: 'other' } } },
      },
    });

    lab.api.create(DEPLOYMENTS, aDeployment());
    lab.clock.advance(3_000);

    expect(lab.deployment().status).toMatchObject({ collisionCount: 1, availableReplicas: 3 });
    expect(lab.failures.map(({ controller }) => controller)).toEqual(['deployment']);
  });

  it('reports lack of progress once the deadline passed, and success after the remedy', () => {
    const lab = controlPlaneLab({ rules: [{ match: { image: 'bad:1' }, imagePull: 'fail' }] });
    lab.api.create(
      DEPLOYMENTS,
      aDeployment({ template: aTemplate('bad:1'), progressDeadlineSeconds: 10 }),
    );
    lab.clock.advance(9_000);
    expect(conditionOf(lab.deployment(), 'Progressing')).toBe('True ReplicaSetUpdated');

    lab.clock.advance(3_000);
    expect(conditionOf(lab.deployment(), 'Progressing')).toBe('False ProgressDeadlineExceeded');
    change(lab, { template: aTemplate('good:1') });
    lab.clock.advance(10_000);

    expect(conditionOf(lab.deployment(), 'Progressing')).toBe('True NewReplicaSetAvailable');
  });

  it('does not look on and on at a finished Deployment that lost its pods', () => {
    const lab = controlPlaneLab({ rules: [{ readyMs: null }] });
    let calls = 0;
    lab.api.create(DEPLOYMENTS, aDeployment({ replicas: 0, progressDeadlineSeconds: 2 }));
    lab.clock.advance(3_000);
    change(lab, { replicas: 2 });
    lab.clock.advance(3_000);

    lab.api.watch(DEPLOYMENTS, () => calls++);
    const before = lab.deployment().metadata.resourceVersion;
    lab.clock.advance(60_000);

    expect([calls, lab.deployment().metadata.resourceVersion]).toEqual([0, before]);
    expect(conditionOf(lab.deployment(), 'Progressing')).toBe('True NewReplicaSetAvailable');
  });

  it('does nothing for a new template while paused, but scales', () => {
    const lab = running({ paused: true });
    expect(lab.replicaSets()).toEqual([]);

    change(lab, { paused: false });
    lab.clock.advance(3_000);
    change(lab, { paused: true, template: aTemplate('app:2'), replicas: 5 });
    lab.clock.advance(3_000);

    expect(lab.replicaSets().map(({ spec }) => spec.replicas)).toEqual([5]);
    expect(conditionOf(lab.deployment(), 'Progressing')).toBe('Unknown DeploymentPaused');
  });

  it('Recreate starts no new pod before the last old one ended', () => {
    const lab = controlPlaneLab({ rules: [{ graceMs: 5_000 }] });
    lab.api.create(DEPLOYMENTS, aDeployment({ strategy: { type: 'Recreate' } }));
    lab.clock.advance(3_000);
    change(lab, { template: aTemplate('app:2') });
    lab.clock.advance(4_900);
    expect(lab.pods().map(({ spec }) => spec.containers[0]?.image)).toEqual(
      Array.from({ length: 3 }, () => 'app:1'),
    );

    lab.clock.advance(3_000);

    expect(lab.pods().map(({ spec }) => spec.containers[0]?.image)).toEqual(
      Array.from({ length: 3 }, () => 'app:2'),
    );
  });

  it('never exceeds the surge nor goes below what must be available, whatever the limits', () => {
    fc.assert(
      fc.property(
        fc.record({
          replicas: fc.integer({ min: 1, max: 8 }),
          surge: fc.integer({ min: 0, max: 3 }),
          unavailable: fc.integer({ min: 0, max: 3 }),
          startMs: fc.integer({ min: 1, max: 900 }),
          pace: fc.integer({ min: 0, max: 60 }),
        }),
        ({ replicas, surge, unavailable, startMs, pace }) => {
          const limit = surge === 0 && unavailable === 0 ? 1 : unavailable;
          const lab = controlPlaneLab({
            rules: [{ startMs }],
            pace: {
              deployment: { reactionMs: pace },
              replicaset: { reactionMs: pace },
              scheduler: { callMs: pace },
            },
          });
          const rollingUpdate = { maxSurge: surge, maxUnavailable: limit };
          const strategy = { type: 'RollingUpdate', rollingUpdate } as const;
          lab.api.create(DEPLOYMENTS, aDeployment({ replicas, strategy }));
          lab.clock.advance(6_000);
          expect(lab.deployment().status?.availableReplicas).toBe(replicas);
          change(lab, { template: aTemplate('app:2') });

          for (let step = 0; step < 900; step++) {
            lab.clock.advance(50);
            const wanted = lab
              .replicaSets()
              .reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0);
            const available = lab
              .pods()
              .filter(
                ({ metadata, status }) =>
                  metadata.deletionTimestamp === undefined &&
                  status?.conditions?.some(
                    ({ type, status: is }) => type === 'Ready' && is === 'True',
                  ),
              ).length;
            expect(wanted).toBeLessThanOrEqual(replicas + surge);
            expect(available).toBeGreaterThanOrEqual(replicas - limit);
          }
          expect(lab.deployment().status).toMatchObject({ updatedReplicas: replicas });
          expect(lab.pods()).toHaveLength(replicas);
        },
      ),
      { numRuns: 12, seed: 7 },
    );
  }, 60_000);

  it('brings a thousand pods up without looking at each of them again and again', () => {
    const lab = controlPlaneLab();
    let writes = 0;
    lab.api.watch(PODS, () => writes++);
    lab.api.watch(REPLICA_SETS, () => writes++);
    lab.api.watch(DEPLOYMENTS, () => writes++);
    lab.api.create(
      DEPLOYMENTS,
      aDeployment({ replicas: 1_000, template: aTemplate('app:1', '10m') }),
    );

    lab.clock.advance(3_000);

    expect(lab.deployment().status?.availableReplicas).toBe(1_000);
    // created, bound, running, ready; and a handful of status writes
    expect(writes).toBeLessThan(4_100);
  }, 30_000);
});
