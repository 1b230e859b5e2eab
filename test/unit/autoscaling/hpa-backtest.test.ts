import { describe, expect, it } from 'vitest';
import { backtest, type RecordedSync } from '../../../src/autoscaling/hpa/backtest.js';
import { defaultHpa } from '../../../src/autoscaling/hpa/defaults.js';
import { NO_MEMORY } from '../../../src/autoscaling/hpa/memory.js';
import { reconcile } from '../../../src/autoscaling/hpa/reconcile.js';
import { DEFAULT_HPA_SETTINGS } from '../../../src/autoscaling/hpa/settings.js';
import type { SyncReading } from '../../../src/autoscaling/hpa/sync-reading.js';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
} from '../../../src/core/autoscaling-objects.js';
import { anInput, cpuAt, NOW_MS, podsOf, readyPods } from '../../support/hpa-input.js';

function anHpa(spec: Partial<HorizontalPodAutoscalerSpec>): HorizontalPodAutoscaler {
  return defaultHpa({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'lab' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 100,
      metrics: [cpuAt(50)],
      ...spec,
    },
  });
}

/** What a run recorded: at each sync the size and what each pod used. */
function recorded(all: readonly (readonly [size: number, cpu: number])[]): readonly RecordedSync[] {
  return all.map(([size, cpu], index) => {
    const { pods, items } = podsOf(readyPods(size, cpu));
    const sync: SyncReading = {
      scale: { kind: 'found', specReplicas: size, statusReplicas: size, selector: 'app=web' },
      pods,
      resources: { kind: 'pods', items },
    };
    return { atMs: NOW_MS + index * 15_000, sync };
  });
}

const RUN = recorded([
  [3, 50],
  [3, 120],
  [8, 45],
  [8, 20],
  [8, 20],
]);

describe('backtest', () => {
  it('with the HPA of the run decides as the run did', () => {
    let memory = NO_MEMORY;
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };
    const sizes: number[] = [];
    for (const [index, cpu] of [50, 120, 45].entries()) {
      const pods = readyPods(sizes.at(-1) ?? 3, cpu);
      const outcome = reconcile(
        anInput({ spec: { behavior }, pods }),
        memory,
        NOW_MS + index * 15_000,
      );
      memory = outcome.memory;
      sizes.push(outcome.decision.toReplicas ?? Number.NaN);
    }
    const syncs = recorded([
      [3, 50],
      [3, 120],
      [sizes[1] ?? 0, 45],
    ]);

    const { syncs: again } = backtest(syncs, anHpa({ behavior }), DEFAULT_HPA_SETTINGS);

    expect(again.map(({ decision }) => decision.toReplicas)).toEqual(sizes);
  });

  it('with another target decides otherwise at the recorded sizes', () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };
    const other = anHpa({ metrics: [cpuAt(80)], behavior });

    const { syncs: tested } = backtest(RUN, other, DEFAULT_HPA_SETTINGS);

    expect(
      tested.map(({ recordedReplicas, decision }) => [recordedReplicas, decision.toReplicas]),
    ).toEqual([
      [3, 2],
      [3, 5],
      [8, 5],
      [8, 2],
      [8, 2],
    ]);
  });

  it('keeps the recommendations of the other HPA in its own window', () => {
    const other = anHpa({ behavior: { scaleDown: { stabilizationWindowSeconds: 15 } } });

    const { syncs: tested } = backtest(RUN, other, DEFAULT_HPA_SETTINGS);

    // at the fourth sync the recommendation of 8 is exactly 15 s old: out of the window
    expect(tested.map(({ decision }) => decision.toReplicas)).toEqual([3, 7, 8, 4, 4]);
    expect(tested[2]?.decision.reason).toBe('');
  });

  it('counts the recorded changes in its policies', () => {
    const behavior = {
      scaleUp: { policies: [{ type: 'Pods', value: 6, periodSeconds: 60 }] },
    } as const;
    const syncs = recorded([
      [3, 50],
      [3, 200],
      [8, 200],
    ]);

    const { syncs: tested } = backtest(syncs, anHpa({ behavior }), DEFAULT_HPA_SETTINGS);

    // five of the six pods a minute were already taken by the recorded change
    expect(tested[2]?.decision).toMatchObject({ fromReplicas: 8, toReplicas: 9 });
  });

  it('asks for metrics that were not recorded as an API server without them answers', () => {
    const other = anHpa({
      metrics: [
        {
          type: 'Pods',
          pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } },
        },
      ],
    });

    const { syncs: tested, note } = backtest(RUN, other, DEFAULT_HPA_SETTINGS);

    expect(note).toContain('the load did not react');
    expect(tested[0]?.decision).toMatchObject({
      kind: 'cannot-decide',
      error: expect.stringContaining('the server could not find the metric rps for pods'),
    });
  });
});
