/** Requests that failed, by what was going on in the cluster at that time. */
import { spanMs } from '../load/load-span.js';
import { FAILURE_KINDS, type FailureKind, type LoadSecond } from '../load/sender.js';
import type { LoadRecord } from '../timeline/record.js';
import type { FailureWindow } from './failure-windows.js';
import { SpanIndex } from './span-index.js';

/** How a request failed: without an answer, or with a 5xx. */
export type FailedAs = FailureKind | '5xx';

/**
 * What a failure is put down to.
 *
 * - `crash`: a container of a pod restarted.
 * - `no-ready-pod`: the Service had no ready pod.
 * - `rollout`: a pod was replaced by one of another template.
 * - `scale-down`: a pod was removed by a scale-down.
 * - `pod-deleted`: a pod was deleted otherwise (evicted, or by hand).
 * - `flapping`: a pod was taken out of rotation without being deleted.
 * - `overload`: it timed out, or was reset, while CPU was throttled or at its limit.
 * - `unknown`: nothing of this was seen at that time; only how it failed is known.
 */
export const FAILURE_CAUSES = [
  'crash',
  'no-ready-pod',
  'rollout',
  'scale-down',
  'pod-deleted',
  'flapping',
  'overload',
  'unknown',
] as const;

/** See {@link FAILURE_CAUSES}. */
export type FailureCause = (typeof FAILURE_CAUSES)[number];

/** The failures put down to one cause. */
export interface CausedFailures {
  readonly cause: FailureCause;
  readonly count: number;
  readonly byKind: Readonly<Partial<Record<FailedAs, number>>>;
  /** Seconds of the load in which they were due. */
  readonly seconds: number;
  /** What was seen, in words: the first of it, and how often more. */
  readonly evidence: string;
}

/** All failed requests (failed, or answered 5xx). Dropped and unsent ones were never asked. */
export interface FailureReport {
  readonly total: number;
  readonly byKind: Readonly<Partial<Record<FailedAs, number>>>;
  /** Only causes with failures, in the order of {@link FAILURE_CAUSES}; they add up to `total`. */
  readonly byCause: readonly CausedFailures[];
}

/** Failures of one kind that were due in one second, and what they are put down to. */
export interface AttributedFailures {
  /** Begin of the second, ms since the run began. */
  readonly t: number;
  readonly kind: FailedAs;
  readonly count: number;
  readonly cause: FailureCause;
  readonly evidence: string;
}

/**
 * Puts each failure down to what was going on while it was due or under way: from the begin of its
 * second to its end, for timeouts to the timeout after it. Of several causes the first in the order of
 * {@link FAILURE_CAUSES} wins. Overlap in time is evidence, not proof.
 *
 * @param windows - see `failure-windows.ts`, in the order of causes.
 * @param timeoutMs - after which a request counts as timed out.
 */
export function attributeFailures(
  seconds: readonly LoadRecord[],
  windows: readonly FailureWindow[],
  timeoutMs: number,
): readonly AttributedFailures[] {
  const index = new SpanIndex(windows);
  return seconds.flatMap(({ t, load }) =>
    failuresOf(load).map(([kind, count]) => {
      const toT = t + spanMs(load) + (kind === 'timeout' ? timeoutMs : 0);
      const window = index.firstWithin({ fromT: t, toT }, (each) => canCause(each.cause, kind));
      const { cause = 'unknown', evidence = NO_EVIDENCE } = window ?? {};
      return { t, kind, count, cause, evidence };
    }),
  );
}

/** Sums of failures by kind and by cause. */
export function failureReport(all: readonly AttributedFailures[]): FailureReport {
  return {
    total: all.reduce((sum, { count }) => sum + count, 0),
    byKind: byKindOf(all),
    byCause: FAILURE_CAUSES.flatMap((cause) => {
      const own = all.filter((each) => each.cause === cause);
      return own.length === 0 ? [] : [causedFailures(cause, own)];
    }),
  };
}

const NO_EVIDENCE = 'nothing of the kind was going on at that time';

function causedFailures(cause: FailureCause, own: readonly AttributedFailures[]): CausedFailures {
  const evidence = new Set(own.map((each) => each.evidence));
  const [first = NO_EVIDENCE] = evidence;
  return {
    cause,
    count: own.reduce((sum, { count }) => sum + count, 0),
    byKind: byKindOf(own),
    seconds: new Set(own.map(({ t }) => t)).size,
    evidence: evidence.size === 1 ? first : `${first}; ${evidence.size - 1} more of its kind`,
  };
}

function byKindOf(all: readonly AttributedFailures[]): Partial<Record<FailedAs, number>> {
  const byKind: Partial<Record<FailedAs, number>> = {};
  for (const { kind, count } of all) byKind[kind] = (byKind[kind] ?? 0) + count;
  return byKind;
}

function failuresOf({ failed, answered }: LoadSecond): readonly (readonly [FailedAs, number])[] {
  const kinds: readonly (readonly [FailedAs, number | undefined])[] = [
    ...FAILURE_KINDS.map((kind) => [kind, failed[kind]] as const),
    ['5xx', answered['5xx']],
  ];
  return kinds.flatMap(([kind, count]) =>
    count === undefined || count === 0 ? [] : [[kind, count]],
  );
}

/** A full CPU makes requests late or drops them; it refuses no TLS. */
function canCause(cause: FailureCause, kind: FailedAs): boolean {
  if (kind === 'tls' || kind === 'other') return false;
  return cause !== 'overload' || kind !== 'refused';
}
