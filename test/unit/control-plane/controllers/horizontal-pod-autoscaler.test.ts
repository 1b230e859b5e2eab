import { describe, expect, it } from 'vitest';
import {
  DEPLOYMENTS,
  EVENTS,
  HORIZONTAL_POD_AUTOSCALERS,
} from '../../../../src/control-plane/resources.js';
import type { KubeObject } from '../../../../src/core/objects.js';
import { polyline } from '../../../../src/conformance/controllers/scripted-metrics.js';
import { anHpa, autoscaledLab } from '../../../support/autoscaled-lab.js';
import type { AutoscaledLab } from '../../../support/autoscaled-lab.js';
import {
  aDeployment,
  NAMESPACE,
  START_MS,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import { parseScenario } from '../../../../src/conformance/controllers/scenario.js';
import { readVectors } from '../../../support/vector-file.js';

const KEY = { namespace: NAMESPACE, name: 'web' };

function steady(millicores: number, replicas = 2): AutoscaledLab {
  const lab = autoscaledLab({ loadMillicores: () => millicores });
  lab.api.create(DEPLOYMENTS, aDeployment({ replicas }));
  return lab;
}

function events(lab: AutoscaledLab): readonly string[] {
  return lab.api
    .list(EVENTS, { namespace: NAMESPACE })
    .items.filter(({ involvedObject }) => involvedObject.kind === 'HorizontalPodAutoscaler')
    .map(({ reason, message }) => `${reason}: ${message}`);
}

describe('the HPA controller, its rhythm', () => {
  it('syncs a new HPA one period after its creation and then after each period', () => {
    const lab = steady(100);
    lab.clock.advance(3_000);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa());

    lab.clock.advance(50_000);

    expect(lab.syncTimes()).toEqual([18_000, 33_000, 48_000]);
  });

  it('does not sync sooner because the HPA changed', () => {
    const lab = steady(100);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa());
    lab.clock.advance(20_000);

    const hpa = lab.hpa();
    lab.api.update(HORIZONTAL_POD_AUTOSCALERS, { ...hpa, spec: { ...hpa.spec, maxReplicas: 20 } });
    lab.clock.advance(11_000);

    expect(lab.syncTimes()).toEqual([15_000, 30_000]);
  });

  it('goes on with an HPA that was deleted and made again between two syncs', () => {
    const lab = steady(400, 8);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa({ behavior: {} }));
    lab.clock.advance(16_000);
    lab.api.delete(HORIZONTAL_POD_AUTOSCALERS, KEY);
    lab.clock.advance(5_000);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa({ behavior: {} }));
    // the load of the fresh HPA is low, and the recommendation of the old one still counts
    lab.clock.advance(10_000);

    expect(lab.syncTimes()).toEqual([15_000, 30_000]);
    const steps = lab.syncs[1]?.decision.steps.find(({ kind }) => kind === 'stabilize');
    expect(steps).toMatchObject({ kind: 'stabilize', down: { replicas: 8 } });
  });

  it('forgets an HPA that is gone at its next sync', () => {
    const lab = steady(100, 2);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa());
    lab.clock.advance(16_000);
    lab.api.delete(HORIZONTAL_POD_AUTOSCALERS, KEY);
    lab.clock.advance(20_000);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa());
    lab.clock.advance(20_000);

    expect(lab.syncTimes()).toEqual([15_000, 51_000]);
  });
});

describe('the HPA controller, its writes', () => {
  it('scales the Deployment, says so in an event and writes the status', () => {
    const lab = steady(300);
    lab.clock.advance(5_000);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa({ behavior: {} }));

    lab.clock.advance(15_000);

    expect(lab.deployment().spec.replicas).toBe(6);
    expect(events(lab)).toEqual([
      'SuccessfulRescale: New size: 6; reason: cpu resource utilization (percentage of request) above target',
    ]);
    expect(lab.hpa().status).toMatchObject({
      currentReplicas: 2,
      desiredReplicas: 6,
      lastScaleTime: '2026-11-23T06:00:20Z',
      currentMetrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', current: { averageUtilization: 150, averageValue: '150m' } },
        },
      ],
    });
  });

  it('writes nothing at a sync that changes nothing', () => {
    const lab = steady(100);
    lab.clock.advance(5_000);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa());
    lab.clock.advance(16_000);
    const { resourceVersion } = lab.hpa().metadata;

    lab.clock.advance(60_000);

    expect(lab.syncs).toHaveLength(5);
    expect(lab.hpa().metadata.resourceVersion).toBe(resourceVersion);
  });

  it('says which target it cannot find', () => {
    const lab = steady(100);
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' };
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa({ scaleTargetRef }));

    lab.clock.advance(15_000);

    const message = 'deployments.apps "nobody" not found';
    expect(events(lab)).toEqual([`FailedGetScale: ${message}`]);
    expect(lab.hpa().status?.conditions).toMatchObject([
      {
        type: 'AbleToScale',
        status: 'False',
        reason: 'FailedGetScale',
        message: `the HPA controller was unable to get the target's current scale: ${message}`,
      },
    ]);
    expect(lab.syncs[0]?.error).toBe(
      `failed to query scale subresource for Deployment/${NAMESPACE}/nobody: ${message}`,
    );
  });

  it('says which kind it cannot scale', () => {
    const lab = steady(100);
    const scaleTargetRef = { apiVersion: 'example.com/v1', kind: 'Robot', name: 'web' };
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa({ scaleTargetRef }));

    lab.clock.advance(15_000);

    expect(lab.syncs[0]?.error).toBe(
      'unable to determine resource for scale target reference: no matches for kind "Robot" in group "example.com"',
    );
  });

  it('leaves pods alone that two HPAs want to scale', () => {
    const lab = steady(300);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa({}, 'a'));
    lab.clock.advance(1_000);
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa({}, 'b'));

    lab.clock.advance(15_000);

    const message = `pods by selector app=web are controlled by multiple HPAs: [{a ${NAMESPACE}} {b ${NAMESPACE}}]`;
    expect(lab.hpa('b').status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'ScalingActive', reason: 'AmbiguousSelector', message }),
    );
  });

  it('warns of missing metrics as a new HPA in a real cluster does', () => {
    const lab = autoscaledLab({
      loadMillicores: () => 100,
      rules: [{ startMs: 1_000, readyMs: null }],
    });
    lab.api.create(DEPLOYMENTS, aDeployment({ replicas: 2 }));
    lab.api.create(HORIZONTAL_POD_AUTOSCALERS, anHpa());

    lab.clock.advance(15_000);

    expect(events(lab)).toEqual([
      'FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
      'FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
    ]);
  });
});

describe('a load in a closed loop goes as in a real cluster', () => {
  const scenarios = readVectors('controllers-v1.36.jsonl.gz', parseScenario).filter(
    ({ topic }) => topic === 'hpa',
  );

  it('has scenarios to compare with', () => {
    expect(scenarios).toHaveLength(3);
  });

  it.each(scenarios.map((scenario) => ({ name: scenario.about, scenario })))(
    '$name',
    ({ scenario }) => {
      const lab = autoscaledLab({
        nodes: scenario.nodes,
        rules: scenario.kubelet,
        loadMillicores: polyline(scenario.load ?? []),
      });
      for (const { at, object } of scenario.script) {
        lab.clock.after(at, () => createInLab(lab, object));
      }

      lab.clock.advance(scenario.durationMs);

      const expected = scenario.records
        .filter(
          ({ kind, reason, op }) =>
            kind === 'Event' && reason === 'SuccessfulRescale' && op === 'add',
        )
        .map(({ t, message }) => ({ second: Math.round(t / 1_000), message }));
      const got = rescales(lab);
      expect(got.map(({ message }) => message)).toEqual(expected.map(({ message }) => message));
      for (const [index, { second }] of expected.entries()) {
        // a real sync comes some 20 ms later each round
        expect(Math.abs(second - (got[index]?.second ?? 0))).toBeLessThanOrEqual(2);
      }
      expect(lab.failures).toEqual([]);
    },
  );
});

function createInLab({ api }: AutoscaledLab, object: KubeObject | undefined): void {
  const resource = object?.kind === 'Deployment' ? DEPLOYMENTS : HORIZONTAL_POD_AUTOSCALERS;
  if (object === undefined) throw new Error('expected an object to create');
  const metadata = { ...object.metadata, namespace: NAMESPACE };
  api.create<KubeObject>(resource, { ...object, metadata });
}

function rescales(lab: AutoscaledLab): readonly { second: number; message: string }[] {
  return lab.syncs
    .filter(({ decision }) => decision.kind === 'rescale')
    .map(({ decision: { atMs, toReplicas, reason } }) => ({
      second: Math.round((atMs - START_MS) / 1_000),
      message: `New size: ${toReplicas}; reason: ${reason}`,
    }));
}
