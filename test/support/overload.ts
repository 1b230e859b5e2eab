/** A real cluster's overload again, simulated with a model of its quiet run. */
import { valueOf } from '../../src/analysis/measure.js';
import { phaseStart, recordsOf } from '../../src/analysis/run-facts.js';
import { fitModel } from '../../src/calibration/fit-model.js';
import type { StageSpec } from '../../src/load/profile-spec.js';
import { simulateAgain } from '../../src/run/check-model.js';
import type { Timeline } from '../../src/timeline/record.js';
import { realExperiment, realExperimentRun, withExperiment } from './real-experiment.js';

/** What became of it; instants from the step on, absent when it never happened. */
export interface OverloadSeen {
  /** First endpoint lost. */
  readonly firstUnreadyMs: number | undefined;
  readonly noneReadyMs: number | undefined;
  readonly firstRestartMs: number | undefined;
  readonly restarts: number;
  /** Share of the requests of the overload. */
  readonly answered: number;
  readonly refused: number;
  readonly largestSize: number;
  /** Fewest ready endpoints after there were 10 pods, until the load fell. */
  readonly leastReadyAt10: number | undefined;
  /** From the fall of the load until all 10 were ready for good. */
  readonly recoveredMs: number | undefined;
}

const BASE_MS = 40_000;
const OVERLOAD_MS = 120_000;
const STAGES: readonly StageSpec[] = [
  { kind: 'constant', name: 'base', durationMs: BASE_MS, ratePerSecond: 11 },
  { kind: 'constant', name: 'far too much', durationMs: OVERLOAD_MS, ratePerSecond: 110 },
  { kind: 'constant', name: 'base again', durationMs: 70_000, ratePerSecond: 11 },
];
/** Pods that are older than this are not new to the HPA any more. */
const SETTLED_MS = 330_000;

/**
 * Simulates it once.
 *
 * @param timeoutMs - how long clients wait. The recording did not tell, and what is answered depends on it.
 */
export async function overload(seed: number, timeoutMs: number): Promise<OverloadSeen> {
  const quiet = realExperimentRun('D-nominal-scaleup');
  const experiment = realExperiment(quiet);
  const timeline = await simulateAgain(
    withExperiment(quiet, {
      ...experiment,
      settleMs: SETTLED_MS,
      coolDownMs: 0,
      load: {
        ...experiment.load,
        timeoutMs,
        load: { model: 'open', spacing: 'poisson', profile: { stages: STAGES } },
      },
    }),
    fitModel([quiet]),
    { seed, phase: (seed * 0.37) % 1 },
  );
  return seenOf(timeline);
}

function seenOf(timeline: Timeline): OverloadSeen {
  const stepT = (valueOf(phaseStart(timeline, 'load')) ?? 0) + BASE_MS;
  const fallT = stepT + OVERLOAD_MS;
  const endT = valueOf(phaseStart(timeline, 'tear-down')) ?? Infinity;
  const endpoints = recordsOf(timeline, 'endpoints')
    .filter(({ t }) => t > stepT && t < endT)
    .map(({ t, ready }) => ({ t, ready: ready.length }));
  const restarts = restartsOf(timeline);
  const load = recordsOf(timeline, 'load').filter(({ t }) => t >= stepT && t < fallT);
  const sizes = recordsOf(timeline, 'workload').filter(({ t }) => t < endT);
  const at10T = sizes.find(({ specReplicas }) => specReplicas === 10)?.t ?? Infinity;
  const at10 = endpoints.filter(({ t }) => t > at10T && t < fallT);
  const recovered = endpoints.at(-1)?.ready === 10 ? endpoints.at(-1)?.t : undefined;
  return {
    firstUnreadyMs: since(endpoints.find(({ ready }) => ready < 3)?.t, stepT),
    noneReadyMs: since(endpoints.find(({ ready }) => ready === 0)?.t, stepT),
    firstRestartMs: since(restarts[0], stepT),
    restarts: restarts.length,
    answered:
      sum(load.map((second) => second.load.answered['2xx'] ?? 0)) /
      sum(load.map((second) => second.load.sent)),
    refused: sum(load.map((second) => second.load.failed.refused ?? 0)),
    largestSize: Math.max(...sizes.map(({ specReplicas }) => specReplicas)),
    leastReadyAt10: at10.length === 0 ? undefined : Math.min(...at10.map(({ ready }) => ready)),
    recoveredMs: since(recovered, fallT),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function since(t: number | undefined, fromT: number): number | undefined {
  return t === undefined ? undefined : t - fromT;
}

/** When each restart was seen. */
function restartsOf(timeline: Timeline): readonly number[] {
  const counts = new Map<string, number>();
  return recordsOf(timeline, 'pod').flatMap(({ t, name, restarts }) => {
    const isMore = restarts > (counts.get(name) ?? 0);
    counts.set(name, restarts);
    return isMore ? [t] : [];
  });
}
