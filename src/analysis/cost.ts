/** What the pods would have cost: an estimate from their requests, not a bill. */
import type { PriceSettings } from '../experiment/experiment.js';
import { measured, noData, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import type { Span } from './run-facts.js';

const SECONDS_AN_HOUR = 3_600;
const BYTES_A_GIB = 1024 ** 3;

/** Pod time and its price. */
export interface PodCost {
  /** Sum over pods of the seconds from created (first seen) to gone, or to the end of the observation. */
  readonly podSeconds: number;
  /**
   * Modelled: sum over pods of seconds / 3600 x (vCPU requested x price + GiB requested x price).
   * Absent when a pod requests no CPU or no memory, or no price is known.
   */
  readonly estimatedCost: Measure;
  /** The estimate over the observed time, scaled to an hour. */
  readonly estimatedCostPerHour: Measure;
  readonly price: Measure<PriceSettings>;
}

/** Pod time and estimated cost within a span. */
export function podCost(
  pods: readonly PodHistory[],
  span: Span,
  price: Measure<PriceSettings>,
): PodCost {
  const seconds = pods.map((pod) => secondsOf(pod, span));
  const estimatedCost = estimate(pods, seconds, price);
  const spanSeconds = (span.toT - span.fromT) / 1_000;
  return {
    podSeconds: seconds.reduce((sum, each) => sum + each, 0),
    estimatedCost,
    estimatedCostPerHour:
      estimatedCost.kind !== 'measured'
        ? estimatedCost
        : spanSeconds <= 0
          ? noData('no time was observed')
          : measured((estimatedCost.value / spanSeconds) * SECONDS_AN_HOUR),
    price,
  };
}

function secondsOf({ createdT, goneT }: PodHistory, { fromT, toT }: Span): number {
  const lengthMs = Math.min(goneT ?? Infinity, toT) - Math.max(createdT, fromT);
  return Math.max(0, lengthMs) / 1_000;
}

function estimate(
  pods: readonly PodHistory[],
  seconds: readonly number[],
  price: Measure<PriceSettings>,
): Measure {
  if (price.kind !== 'measured') return price;
  if (pods.length === 0) return noData('no pod was observed');
  let cost = 0;
  for (const [index, { name, requests }] of pods.entries()) {
    if (requests.cpuMillicores === undefined || requests.memoryBytes === undefined) {
      return noData(`pod ${name} does not request both CPU and memory`);
    }
    const vcpuPrice = (requests.cpuMillicores / 1_000) * price.value.vcpuHour;
    const gibPrice = (requests.memoryBytes / BYTES_A_GIB) * price.value.gibHour;
    cost += ((seconds[index] ?? 0) / SECONDS_AN_HOUR) * (vcpuPrice + gibPrice);
  }
  return measured(cost);
}
