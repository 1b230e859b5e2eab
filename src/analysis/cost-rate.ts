/** What the pods cost an hour, over time: the estimate of the whole run, instant by instant. */
import type { PriceSettings } from '../experiment/experiment.js';
import type { StepSeries } from '../timeline/series.js';
import { measured, noData, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';

const BYTES_A_GIB = 1024 ** 3;

/**
 * The sum over the pods that exist of vCPU requested x price + GiB requested x price, currency an hour.
 * Its integral over the observed time is the estimated cost of the run.
 *
 * Absent when a pod requests no CPU or no memory, or no price is known.
 */
export function costRateSeries(
  pods: readonly PodHistory[],
  price: Measure<PriceSettings>,
): Measure<StepSeries> {
  if (price.kind !== 'measured') return price;
  if (pods.length === 0) return noData('no pod was observed');
  const changes: { readonly t: number; readonly pods: number; readonly perHour: number }[] = [];
  for (const { name, requests, createdT, goneT } of pods) {
    const { cpuMillicores, memoryBytes } = requests;
    if (cpuMillicores === undefined || memoryBytes === undefined) {
      return noData(`pod ${name} does not request both CPU and memory`);
    }
    const perHour =
      (cpuMillicores / 1_000) * price.value.vcpuHour +
      (memoryBytes / BYTES_A_GIB) * price.value.gibHour;
    changes.push({ t: createdT, pods: 1, perHour });
    if (goneT !== undefined) changes.push({ t: goneT, pods: -1, perHour: -perHour });
  }
  return measured(running(changes.sort((a, b) => a.t - b.t)));
}

function running(
  changes: readonly { readonly t: number; readonly pods: number; readonly perHour: number }[],
): StepSeries {
  let sum = 0;
  let count = 0;
  const points = changes.map(({ t, pods, perHour }) => {
    count += pods;
    // Without pods it is nothing, not what rounding left over.
    sum = count === 0 ? 0 : sum + perHour;
    return { t, value: sum };
  });
  // Of changes at one instant the last tells the sum.
  return points.filter(({ t }, index) => points[index + 1]?.t !== t);
}
