/** The edges that users misread, each under the thread in which they did. */
import { describe, expect, it } from 'vitest';
import type { HpaOutcome } from '../../../src/autoscaling/hpa/decision.js';
import { NO_MEMORY } from '../../../src/autoscaling/hpa/memory.js';
import { reconcile } from '../../../src/autoscaling/hpa/reconcile.js';
import type {
  HorizontalPodAutoscalerSpec,
  MetricSpec,
} from '../../../src/core/autoscaling-objects.js';
import {
  aContainer,
  anInput,
  cpuAt,
  cpuOf,
  NOW_MS,
  podsOf,
  readyPods,
} from '../../support/hpa-input.js';

/** A target utilization of CPU of the container `app`. */
function appAt(averageUtilization: number): MetricSpec {
  const target = { type: 'Utilization', averageUtilization } as const;
  return {
    type: 'ContainerResource',
    containerResource: { name: 'cpu', container: 'app', target },
  };
}

function missing(container: string, pod: string): string {
  return `failed to get cpu utilization: missing request for cpu in container ${container} of Pod ${pod}`;
}

type Behavior = NonNullable<HorizontalPodAutoscalerSpec['behavior']>;

interface Played {
  readonly second: number;
  readonly size: number;
  readonly outcome: HpaOutcome;
}

/** Syncs at the given seconds; each time the metrics ask for `wants` replicas, whatever the size is. */
function play(
  start: number,
  behavior: Behavior | undefined,
  wants: readonly (readonly [second: number, replicas: number])[],
): readonly Played[] {
  let size = start;
  let memory = NO_MEMORY;
  return wants.map(([second, wanted]) => {
    // a target average of 1 for an external value of `wanted` asks for just that
    const input = anInput({
      spec: {
        metrics: [externalAverage],
        ...(behavior === undefined ? {} : { behavior }),
      },
      pods: readyPods(size, 50),
      readings: [{ kind: 'external', values: [wanted * 1_000] }],
    });
    const outcome = reconcile(input, memory, NOW_MS + second * 1_000);
    memory = outcome.memory;
    size = outcome.scaleTo ?? size;
    return { second, size, outcome };
  });
}

const externalAverage: MetricSpec = {
  type: 'External',
  external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '1' } },
};

function sizes(played: readonly Played[]): readonly (readonly [number, number])[] {
  return played.map(({ second, size }) => [second, size]);
}

describe('kubernetes #101371: a stabilization window is no waiting time', () => {
  const perMinute: Behavior = {
    scaleUp: {
      stabilizationWindowSeconds: 300,
      policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
    },
    scaleDown: {
      stabilizationWindowSeconds: 300,
      policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
    },
  };

  it('scales up when the whole window agrees, and from then on at the rate of the policy', () => {
    const minutes = Array.from(
      { length: 9 },
      (_, minute) => [minute * 60, minute === 0 ? 2 : 6] as const,
    );

    const played = play(2, perMinute, minutes);

    // the recommendation of 2 leaves the window after 300 s; then one pod a minute, not one in five
    expect(sizes(played)).toEqual([
      [0, 2],
      [60, 2],
      [120, 2],
      [180, 2],
      [240, 2],
      [300, 3],
      [360, 4],
      [420, 5],
      [480, 6],
    ]);
  });

  it('scales down 300 s after the last high recommendation, however lately the size changed', () => {
    const played = play(6, { scaleDown: { stabilizationWindowSeconds: 300 } }, [
      [0, 6],
      [15, 2],
      [285, 2],
      [299, 2],
      [300, 2],
    ]);

    expect(sizes(played)).toEqual([
      [0, 6],
      [15, 6],
      [285, 6],
      [299, 6],
      [300, 2],
    ]);
  });

  it('does not start again at each lower recommendation: the highest of the window counts', () => {
    const played = play(8, { scaleDown: { stabilizationWindowSeconds: 120 } }, [
      [0, 8],
      [60, 5],
      [119, 2],
      [120, 2],
      [179, 2],
      [180, 2],
    ]);

    expect(played.map(({ size }) => size)).toEqual([8, 8, 8, 5, 5, 2]);
  });

  it('does not hold a change of the other direction', () => {
    const played = play(4, { scaleDown: { stabilizationWindowSeconds: 300 } }, [
      [0, 4],
      [15, 2],
      [30, 7],
    ]);

    expect(played.map(({ size }) => size)).toEqual([4, 4, 7]);
  });
});

describe('kubernetes #96671: a low recommendation never scales up', () => {
  it('with both windows at 5 minutes a high one and then a low one leave the size alone', () => {
    const both: Behavior = {
      scaleUp: { stabilizationWindowSeconds: 300 },
      scaleDown: { stabilizationWindowSeconds: 300 },
    };

    const played = play(2, both, [
      [0, 2],
      [60, 3],
      [120, 1],
    ]);

    expect(sizes(played)).toEqual([
      [0, 2],
      [60, 2],
      [120, 2],
    ]);
    expect(reasonOf(played[2])).toBe('ScaleDownStabilized');
  });

  it('what a rate held back is not made up for when the spike is over', () => {
    const slowUp: Behavior = {
      scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }] },
      scaleDown: { stabilizationWindowSeconds: 300 },
    };

    const played = play(2, slowUp, [
      [0, 2],
      [60, 4],
      [120, 1],
      [181, 1],
    ]);

    expect(played.map(({ size }) => size)).toEqual([2, 3, 3, 3]);
  });

  it('without a behavior it does: the older path takes the highest recommendation of its window', () => {
    const played = play(2, undefined, [
      [0, 2],
      [60, 12],
      [75, 2],
      [90, 2],
    ]);

    // limited to double or 4 at 60 s, then driven up by the recommendation of 12
    expect(played.map(({ size }) => size)).toEqual([2, 4, 8, 12]);
    expect(played[2]?.outcome.events).toEqual([
      {
        type: 'Normal',
        reason: 'SuccessfulRescale',
        message: 'New size: 8; reason: All metrics below target',
      },
    ]);
  });
});

function reasonOf(played: Played | undefined): string | undefined {
  return played?.outcome.status?.conditions?.find(({ type }) => type === 'AbleToScale')?.reason;
}

describe('kubernetes #78787: a missing request, though metrics are there', () => {
  const mesh = [aContainer('app', '100m'), aContainer('mesh')];
  const average: MetricSpec = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '50m' } },
  };

  it.each([
    {
      name: 'a sidecar without a request stops a target utilization of whole pods',
      pods: [{ cpu: 80 }, { cpu: 80, containers: mesh }],
      metric: cpuAt(50),
      message: missing('mesh', 'web-0001'),
    },
    {
      name: 'so does a failed pod of the same labels, although it is ignored otherwise',
      pods: [{ cpu: 80 }, { is: 'failed' as const, containers: [aContainer('job')] }],
      metric: cpuAt(50),
      message: missing('job', 'web-0001'),
    },
    {
      name: 'so does a finished pod, such as that of a Job',
      pods: [{ cpu: 80 }, { is: 'succeeded' as const, containers: [aContainer('job')] }],
      metric: cpuAt(50),
      message: missing('job', 'web-0001'),
    },
    {
      name: 'a request of another resource is none',
      pods: [
        {
          cpu: 80,
          containers: [{ ...aContainer('app'), resources: { requests: { memory: '1Gi' } } }],
        },
      ],
      metric: cpuAt(50),
      message: missing('app', 'web-0000'),
    },
    {
      name: 'pod-level requests without the resource, and none on a container, are a fault of their own',
      pods: [
        { cpu: 80, requests: { requests: { memory: '1Gi' } }, containers: [aContainer('app')] },
      ],
      metric: cpuAt(50),
      message: 'failed to get cpu utilization: missing pod-level request for cpu in Pod web-0000',
    },
  ])('$name', ({ pods, metric, message }) => {
    const { status, scaleTo, events } = reconcile(
      anInput({ spec: { metrics: [metric] }, pods }),
      NO_MEMORY,
      NOW_MS,
    );

    expect(scaleTo).toBeUndefined();
    expect(events[0]).toEqual({ type: 'Warning', reason: 'FailedGetResourceMetric', message });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'ScalingActive',
        status: 'False',
        message: `the HPA was unable to compute the replica count: ${message}`,
      }),
    );
  });

  it.each([
    {
      name: 'a target average needs no requests',
      metric: average,
      pods: [{ cpu: 80, containers: mesh }],
    },
    {
      name: 'a target of one container needs only its request',
      metric: appAt(50),
      pods: [{ cpu: 80, containers: mesh }],
    },
    {
      name: 'a pod-level request stands for all containers',
      metric: cpuAt(50),
      pods: [{ cpu: 80, containers: mesh, requests: { requests: { cpu: '100m' } } }],
    },
  ])('$name', ({ metric, pods }) => {
    const { scaleTo } = reconcile(
      anInput({ spec: { metrics: [metric] }, pods }),
      NO_MEMORY,
      NOW_MS,
    );

    expect(scaleTo).toBe(2);
  });
});

describe('kubernetes #127193: pods of which a container has no metric', () => {
  const containers = [aContainer('app', '100m'), aContainer('mesh', '100m')];
  const { pods } = podsOf(Array.from({ length: 160 }, () => ({ containers })));

  function decide(
    metric: MetricSpec,
    cpu: number,
    lacking: Readonly<Record<string, number>>,
  ): HpaOutcome {
    const items = pods.map(({ name }, index) =>
      cpuOf(name, index === 0 ? lacking : { app: cpu, mesh: cpu }),
    );
    const input = anInput({
      spec: {
        metrics: [metric],
        maxReplicas: 1_000,
        behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
      },
      readings: [{ kind: 'pods', items }],
    });
    const scale = {
      kind: 'found',
      specReplicas: 160,
      statusReplicas: 160,
      selector: 'app=web',
    } as const;
    return reconcile({ ...input, pods, scale }, NO_MEMORY, NOW_MS);
  }

  it.each([
    {
      name: 'on the way up the one of 160 counts as using nothing, and the rest decide',
      metric: appAt(50),
      cpu: 75,
      lacking: { mesh: 75 },
      // (159 x 75 + 0) / 160 is 74 %, cut
      scaleTo: Math.ceil((74 / 50) * 160),
      missingAs: { kind: 'milli', milli: 0 },
    },
    {
      name: 'on the way down it counts as using all that it requests',
      metric: appAt(50),
      cpu: 25,
      lacking: { mesh: 25 },
      // (159 x 25 + 100) / 160 is 25 %, cut
      scaleTo: 80,
      missingAs: { kind: 'percent-of-request', percent: 100 },
    },
    {
      name: 'of whole pods the metrics of its other container are not counted either',
      metric: cpuAt(50),
      cpu: 75,
      lacking: {},
      scaleTo: Math.ceil((74 / 50) * 160),
      missingAs: { kind: 'milli', milli: 0 },
    },
    {
      name: 'a target above 100 % is what it counts as on the way down',
      metric: appAt(150),
      cpu: 75,
      lacking: { mesh: 75 },
      // (159 x 75 + 150) / 160 is 75 %, cut
      scaleTo: 80,
      missingAs: { kind: 'percent-of-request', percent: 150 },
    },
  ])('$name', ({ metric, cpu, lacking, scaleTo, missingAs }) => {
    const outcome = decide(metric, cpu, lacking);

    expect(outcome.scaleTo).toBe(scaleTo);
    expect(outcome.error).toBeUndefined();
    expect(outcome.decision.steps[0]).toMatchObject({
      pods: { missing: ['web-0000'] },
      recount: { missingAs },
    });
  });
});
