/** What would have had to differ for one replica more, or one fewer. */
import type { HpaDecision } from './decision.js';
import { proposeFromGroups } from './propose-from-pods.js';
import { proposeForAverage, proposeForValue } from './propose-from-value.js';
import type {
  HighestStep,
  LimitStep,
  MetricStep,
  PodMetricStep,
  StabilizeStep,
  ValueMetricStep,
} from './steps.js';

/** One thing that would have had to differ. */
export type Need =
  /** The metric's use, in thousandths: of the ready pods together, or the one value. */
  | {
      readonly kind: 'usage';
      readonly metric: string;
      readonly index: number;
      readonly usedMilli: number;
      readonly neededMilli: number;
      /** Whole percent of the requests that this is; undefined without a target utilization. */
      readonly percent: number | undefined;
      /** Pods that the use is spread over. */
      readonly podCount: number;
    }
  /** No use of this metric would have done it. */
  | { readonly kind: 'no-usage'; readonly metric: string; readonly index: number }
  /** Metrics failed, and with failed metrics nothing is scaled down. */
  | { readonly kind: 'failed-metrics'; readonly failed: number; readonly of: number }
  /** An earlier recommendation holds the size until it leaves the window. */
  | {
      readonly kind: 'recommendation';
      readonly replicas: number;
      readonly atMs: number;
      readonly untilMs: number;
    }
  /** The rate allows no more (no fewer) than this now. */
  | { readonly kind: 'rate'; readonly limit: number }
  | {
      readonly kind: 'bound';
      readonly bound: 'minReplicas' | 'maxReplicas';
      readonly value: number;
    };

/** What would have had to differ for one size. */
export interface NextReplica {
  readonly replicas: number;
  /**
   * How the needs of kind `usage` combine: for more replicas any one metric does it, for fewer all
   * must agree. Needs of other kinds must all be met besides.
   */
  readonly metrics: 'any' | 'all';
  /** Empty: what kept the size there is not in the decision. */
  readonly needs: readonly Need[];
}

/** Both neighbors of the size decided on. */
export interface NextReplicas {
  readonly more: NextReplica;
  /** Undefined at 0. */
  readonly fewer: NextReplica | undefined;
}

/**
 * What would have had to differ for one replica more and one fewer than was decided; undefined when
 * nothing was decided, or not by metrics. The use that would have been needed is found with the
 * arithmetic that decides.
 */
export function nextReplicas(decision: HpaDecision): NextReplicas | undefined {
  const { toReplicas, fromReplicas, steps } = decision;
  const highest = steps.find((step) => step.kind === 'highest');
  if (toReplicas === undefined || fromReplicas === undefined || highest === undefined) {
    return undefined;
  }
  const facts: Facts = {
    fromReplicas,
    metrics: steps.filter((step) => step.kind === 'metric'),
    highest,
    stabilized: steps.find((step) => step.kind === 'stabilize'),
    limited: steps.find((step) => step.kind === 'limit'),
  };
  return {
    more: { replicas: toReplicas + 1, metrics: 'any', needs: needsOfMore(facts, toReplicas + 1) },
    fewer:
      toReplicas === 0
        ? undefined
        : { replicas: toReplicas - 1, metrics: 'all', needs: needsOfFewer(facts, toReplicas - 1) },
  };
}

interface Facts {
  readonly fromReplicas: number;
  readonly metrics: readonly MetricStep[];
  readonly highest: HighestStep;
  readonly stabilized: StabilizeStep | undefined;
  readonly limited: LimitStep | undefined;
}

function needsOfMore(facts: Facts, wanted: number): readonly Need[] {
  const { fromReplicas, highest, stabilized, limited } = facts;
  const needs: Need[] = [];
  const up = stabilized?.up;
  // beyond the present size every recommendation of the window must agree, below it one is enough
  const mustAgree = wanted > fromReplicas && up !== undefined;
  const asked = highest.replicas ?? 0;
  const known = mustAgree ? asked : Math.max(asked, stabilized?.down.replicas ?? 0);
  if (known < wanted) needs.push(...usageNeeds(facts, { wanted, direction: 'more' }));
  if (wanted > fromReplicas && up !== undefined && up.replicas < wanted) {
    needs.push(...heldBy(up, highest));
  }
  if (limited === undefined) return needs;
  const { rateLimit, maxReplicas } = limited;
  const isBeyondRate = rateLimit !== undefined && wanted > rateLimit;
  if (wanted > fromReplicas && isBeyondRate && isRateKnown(facts, 'more')) {
    needs.push({ kind: 'rate', limit: rateLimit });
  }
  if (wanted > maxReplicas) {
    needs.push({ kind: 'bound', bound: 'maxReplicas', value: maxReplicas });
  }
  return needs;
}

function needsOfFewer(facts: Facts, wanted: number): readonly Need[] {
  const { fromReplicas, highest, stabilized, limited } = facts;
  const needs: Need[] = [];
  if ((highest.replicas ?? 0) > wanted) {
    needs.push(...usageNeeds(facts, { wanted, direction: 'fewer' }));
  }
  if (highest.failed > 0 && wanted < fromReplicas) {
    needs.push({ kind: 'failed-metrics', failed: highest.failed, of: highest.of });
  }
  if (stabilized !== undefined && stabilized.down.replicas > wanted) {
    needs.push(...heldBy(stabilized.down, highest));
  }
  if (limited === undefined) return needs;
  const { rateLimit, minReplicas } = limited;
  if (
    wanted < fromReplicas &&
    rateLimit !== undefined &&
    wanted < rateLimit &&
    isRateKnown(facts, 'fewer')
  ) {
    needs.push({ kind: 'rate', limit: rateLimit });
  }
  if (wanted < minReplicas) {
    needs.push({ kind: 'bound', bound: 'minReplicas', value: minReplicas });
  }
  return needs;
}

/** A rate is only asked in the direction that is wanted; the older path has one for the way up alone. */
function isRateKnown(
  { fromReplicas, stabilized, limited }: Facts,
  direction: 'more' | 'fewer',
): boolean {
  if (limited?.policies === undefined) return direction === 'more';
  const wanted = stabilized?.replicas ?? fromReplicas;
  return direction === 'more' ? wanted > fromReplicas : wanted < fromReplicas;
}

/** The present recommendation is not what holds: use would have changed it. */
function heldBy(
  { replicas, atMs, windowSeconds }: NonNullable<StabilizeStep['up']>,
  { replicas: present }: HighestStep,
): readonly Need[] {
  if (windowSeconds === 0 || replicas === present) return [];
  return [{ kind: 'recommendation', replicas, atMs, untilMs: atMs + windowSeconds * 1_000 }];
}

interface Wanted {
  readonly wanted: number;
  readonly direction: 'more' | 'fewer';
}

function usageNeeds({ metrics, fromReplicas }: Facts, wanted: Wanted): readonly Need[] {
  return metrics.flatMap((step): readonly Need[] => {
    if (step.from === 'failed') return [];
    const propose = proposer(step, fromReplicas);
    // of several metrics only those too high stand in the way of fewer
    if (wanted.direction === 'fewer' && step.replicas <= wanted.wanted) return [];
    const usedMilli = usedBy(step);
    const neededMilli = search(propose, usedMilli, wanted);
    const { metric, index } = step;
    if (neededMilli === undefined) return [{ kind: 'no-usage', metric, index }];
    const requested = step.from === 'pods' ? step.requests.ready : 0;
    const podCount = step.from === 'pods' ? step.pods.ready.length : 1;
    const percent = requested === 0 ? undefined : Math.trunc((neededMilli * 100) / requested);
    return [{ kind: 'usage', metric, index, usedMilli, neededMilli, percent, podCount }];
  });
}

function usedBy(step: PodMetricStep | ValueMetricStep): number {
  if (step.from === 'value') return step.usedMilli;
  return step.pods.readyMilli.reduce((sum, milli) => sum + milli, 0);
}

/** The size that a metric would have proposed for another use; everything else as it was. */
function proposer(
  step: PodMetricStep | ValueMetricStep,
  currentReplicas: number,
): (usedMilli: number) => number | undefined {
  const { target, tolerance } = step;
  if (step.from === 'pods') {
    if (target.kind !== 'utilization' && target.kind !== 'average-value') return () => undefined;
    const { pods: groups, requests } = step;
    return (readyTotal) => {
      const basis = { target, tolerance, currentReplicas };
      const proposal = proposeFromGroups({ groups, requests, readyTotal }, basis);
      return proposal.kind === 'proposed' ? proposal.replicas : undefined;
    };
  }
  if (target.kind !== 'value' && target.kind !== 'average-value') return () => undefined;
  const count = { found: step.podCount, ready: step.podCount };
  return (usedMilli) => {
    const input = { usedMilli, targetMilli: target.milli, tolerance };
    const proposal =
      target.kind === 'value'
        ? proposeForValue(input, currentReplicas, count)
        : proposeForAverage(input, step.podCount, true);
    return proposal.kind === 'proposed' ? proposal.replicas : undefined;
  };
}

const MAX_DOUBLINGS = 40;

/**
 * The use closest to the present one that proposes at least (at most) the wanted size; undefined when
 * none does. More use never proposes fewer replicas, so halving finds it.
 */
function search(
  propose: (usedMilli: number) => number | undefined,
  usedMilli: number,
  { wanted, direction }: Wanted,
): number | undefined {
  const isEnough = (milli: number): boolean => {
    const replicas = propose(milli);
    if (replicas === undefined) return false;
    return direction === 'more' ? replicas >= wanted : replicas <= wanted;
  };
  if (isEnough(usedMilli)) return usedMilli;
  let enough = direction === 'more' ? Math.max(1_000, usedMilli * 2) : 0;
  if (direction === 'more') {
    for (let doublings = 0; !isEnough(enough); doublings++) {
      if (doublings === MAX_DOUBLINGS) return undefined;
      enough *= 2;
    }
  } else if (!isEnough(0)) {
    return undefined;
  }
  let short = usedMilli;
  while (Math.abs(enough - short) > 1) {
    const middle = Math.trunc((enough + short) / 2);
    if (isEnough(middle)) enough = middle;
    else short = middle;
  }
  return enough;
}
