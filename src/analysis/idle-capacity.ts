/** How much of what is paid for nobody used. */
import { sizeHour } from '../pricing/billed-pod.js';
import type { NodePrices, PodPrices, Prices } from '../pricing/prices.js';
import { amountWithin, type BilledPod, type BilledTime } from './billed-time.js';
import { measured, noData, type Measure } from './measure.js';
import type { PodUse, UseInterval } from './pod-use.js';
import type { Span } from './run-facts.js';

const MS_AN_HOUR = 3_600_000;

/**
 * 1 - (value of CPU and memory used) / (what is paid for them), over the times in which use was read.
 *
 * Per pod, what it used of each resource, at most what is billed, is worth the price of that resource.
 * By node, a node's price is split over its CPU and memory by `cpuShare`, and what pods used of them is
 * worth its part; so what no pod requested is idle too. The control plane's fee is not capacity.
 *
 * @param span - within the observation.
 */
export function idleShare(
  billed: BilledTime,
  { prices, use, span }: { readonly prices: Prices; readonly use: PodUse; readonly span: Span },
): Measure {
  if (use.source.kind !== 'measured') return use.source;
  const reads = (visit: Visit): void => {
    for (const pod of billed.pods) {
      for (const each of use.byPod.get(pod.name) ?? []) {
        const fromT = Math.max(each.fromT, pod.fromT, span.fromT);
        const toT = Math.min(each.toT, pod.toT, span.toT);
        if (toT > fromT) visit(pod, each, { fromT, toT });
      }
    }
  };
  const sums = prices.kind === 'pods' ? ofPods(reads, prices) : ofNodes(reads, billed, prices);
  return sums.paid <= 0
    ? noData('nothing was paid for while the use of pods was read')
    : measured(1 - sums.used / sums.paid);
}

/** Called with each reading of a billed pod, and the time of it in which the pod was billed. */
type Visit = (pod: BilledPod, reading: UseInterval, time: Span) => void;

interface Sums {
  readonly used: number;
  readonly paid: number;
}

function ofPods(reads: (visit: Visit) => void, prices: PodPrices): Sums {
  let used = 0;
  let paid = 0;
  reads(({ size }, { cpuMillicores, memoryBytes }, { fromT, toT }) => {
    const hours = (toT - fromT) / MS_AN_HOUR;
    paid += hours * sizeHour(size, prices);
    const usedSize = {
      cpuMillicores: Math.min(cpuMillicores, size.cpuMillicores),
      memoryBytes: Math.min(memoryBytes, size.memoryBytes),
    };
    used += hours * sizeHour(usedSize, prices);
  });
  return { used, paid };
}

function ofNodes(reads: (visit: Visit) => void, billed: BilledTime, prices: NodePrices): Sums {
  const { node, nodeHour, cpuShare } = prices;
  const price = {
    vcpuHour: (nodeHour * cpuShare) / node.vcpus,
    gibHour: (nodeHour * (1 - cpuShare)) / node.memoryGib,
  };
  let used = 0;
  const times: Span[] = [];
  reads((_, reading, time) => {
    used += ((time.toT - time.fromT) / MS_AN_HOUR) * sizeHour(reading, price);
    const last = times.at(-1);
    // Readings of one pod follow each other: what touches is joined at once.
    if (last !== undefined && last.toT === time.fromT) {
      times[times.length - 1] = { fromT: last.fromT, toT: time.toT };
    } else times.push(time);
  });
  const paid = union(times).reduce((sum, span) => sum + amountWithin(billed.intervals, span), 0);
  // A burst above what nodes have, by a reading's error, is not worth more than all of it.
  return { used: Math.min(used, paid), paid };
}

/** Spans joined where they touch, in order of time. */
function union(spans: readonly Span[]): readonly Span[] {
  const joined: { fromT: number; toT: number }[] = [];
  for (const { fromT, toT } of [...spans].sort((a, b) => a.fromT - b.fromT)) {
    const last = joined.at(-1);
    if (last !== undefined && fromT <= last.toT) last.toT = Math.max(last.toT, toT);
    else joined.push({ fromT, toT });
  }
  return joined;
}
