/** What became of arrivals: sums over seconds and senders, and the identities that must hold. */
import { LatencyHistogram } from './histogram.js';
import type { EncodedHistogram, LoadSecond, RequestKindSecond, SessionCounts } from './sender.js';

/** What became of the requests of any number of seconds. */
export type LoadTotals = Omit<LoadSecond, 'second'>;

type Counters = Readonly<Partial<Record<string, number>>>;

/**
 * Every identity of {@link LoadSecond} that does not hold, in words; empty when it adds up.
 *
 * Histograms are held against the counts too: each holds exactly the answered requests. By kind of
 * request the same identities hold, and the kinds together are the whole.
 */
export function accountingFaults(totals: LoadTotals): readonly string[] {
  const { late, byRequest, failedChecks, sessions } = totals;
  const faults = [...identityFaults(totals)];
  const claim = claimer(faults);
  if (![late, ...values(totals.byPod), ...values(failedChecks ?? {})].every(isCount)) {
    faults.push(NO_COUNT);
  }
  if (late > totals.sent) faults.push(`late is at most sent: ${late} against ${totals.sent}`);
  const byPod = sum(totals.byPod);
  const answered = sum(totals.answered);
  if (byPod > answered) faults.push(`answers by pod are answered: ${byPod} against ${answered}`);
  claim(sum(failedChecks ?? {}), totals.failed.check ?? 0, 'failed checks by name = failed checks');
  if (byRequest !== undefined) {
    for (const [name, kind] of Object.entries(byRequest)) {
      faults.push(...identityFaults(kind).map((fault) => `${name}: ${fault}`));
    }
    faults.push(...sumFaults(Object.values(byRequest), totals));
  }
  if (
    sessions !== undefined &&
    ![sessions.started, sessions.finished, sessions.failed].every(isCount)
  ) {
    faults.push(NO_COUNT);
  }
  return faults;
}

const NO_COUNT = 'every count is a whole number, at least 0';

function identityFaults(kind: RequestKindSecond): readonly string[] {
  const { due, dropped, unsent, sent, unanswered } = kind;
  const answered = sum(kind.answered);
  const counts = [due, dropped, unsent, sent, unanswered];
  const all = [...counts, ...values(kind.answered), ...values(kind.failed)];
  const faults = all.every(isCount) ? [] : [NO_COUNT];
  const claim = claimer(faults);
  claim(due, dropped + unsent + sent, 'due = dropped + unsent + sent');
  claim(sent, answered + sum(kind.failed) + unanswered, 'sent = answered + failed + unanswered');
  claim(countOf(kind.responseTime), answered, 'response times recorded = answered');
  claim(countOf(kind.serviceTime), answered, 'service times recorded = answered');
  return faults;
}

/** Whether kinds together are the whole, count by count. */
function sumFaults(kinds: readonly RequestKindSecond[], whole: LoadTotals): readonly string[] {
  const faults: string[] = [];
  const claim = claimer(faults);
  for (const field of ['due', 'dropped', 'unsent', 'sent', 'unanswered'] as const) {
    const total = kinds.reduce((count, kind) => count + kind[field], 0);
    claim(total, whole[field], `${field} of all kinds = ${field}`);
  }
  for (const field of ['answered', 'failed'] as const) {
    const total: Counters = addCounters(kinds.map((kind) => kind[field]));
    const ofWhole: Counters = whole[field];
    for (const key of new Set([...Object.keys(total), ...Object.keys(ofWhole)])) {
      claim(total[key] ?? 0, ofWhole[key] ?? 0, `${field} ${key} of all kinds = ${field} ${key}`);
    }
  }
  return faults;
}

function claimer(faults: string[]): (left: number, right: number, text: string) => void {
  return (left, right, text) => {
    if (left !== right) faults.push(`${text}: ${left} against ${right}`);
  };
}

/** The sum of seconds, of one sender or of several. */
export function totalOf(seconds: readonly LoadTotals[]): LoadTotals {
  const add = (count: (each: LoadTotals) => number): number =>
    seconds.reduce((total, each) => total + count(each), 0);
  const byRequest = seconds.flatMap((each) =>
    each.byRequest === undefined ? [] : [each.byRequest],
  );
  const checks = seconds.flatMap((each) =>
    each.failedChecks === undefined ? [] : [each.failedChecks],
  );
  const sessions = seconds.flatMap((each) => (each.sessions === undefined ? [] : [each.sessions]));
  return {
    ...sumOf(seconds),
    late: add((each) => each.late),
    byPod: addCounters(seconds.map((each) => each.byPod)),
    ...(byRequest.length === 0 ? {} : { byRequest: addKinds(byRequest) }),
    ...(checks.length === 0 ? {} : { failedChecks: addCounters(checks) }),
    ...(sessions.length === 0 ? {} : { sessions: addSessions(sessions) }),
  };
}

/** What became of requests, without how long they took. */
export type RequestKindCounts = Omit<RequestKindSecond, 'responseTime' | 'serviceTime'>;

function sumOf(kinds: readonly RequestKindSecond[]): RequestKindSecond {
  return {
    ...sumCounts(kinds),
    responseTime: addHistograms(kinds.map((each) => each.responseTime)),
    serviceTime: addHistograms(kinds.map((each) => each.serviceTime)),
  };
}

/** The sum of seconds of one kind of request, without their times: much cheaper than {@link totalOf}. */
export function sumCounts(kinds: readonly RequestKindCounts[]): RequestKindCounts {
  const add = (count: (each: RequestKindCounts) => number): number =>
    kinds.reduce((total, each) => total + count(each), 0);
  return {
    due: add((each) => each.due),
    dropped: add((each) => each.dropped),
    unsent: add((each) => each.unsent),
    sent: add((each) => each.sent),
    answered: addCounters(kinds.map((each) => each.answered)),
    failed: addCounters(kinds.map((each) => each.failed)),
    unanswered: add((each) => each.unanswered),
  };
}

function addKinds(
  seconds: readonly Readonly<Record<string, RequestKindSecond>>[],
): Record<string, RequestKindSecond> {
  const names = new Set(seconds.flatMap((each) => Object.keys(each)));
  return Object.fromEntries(
    [...names].map((name) => {
      const kinds = seconds.map((each) => each[name]).filter((kind) => kind !== undefined);
      return [name, sumOf(kinds)];
    }),
  );
}

/** The sum of what became of sessions. */
export function addSessions(counts: readonly SessionCounts[]): SessionCounts {
  const add = (count: (each: SessionCounts) => number): number =>
    counts.reduce((total, each) => total + count(each), 0);
  return {
    started: add((each) => each.started),
    finished: add((each) => each.finished),
    failed: add((each) => each.failed),
  };
}

/**
 * The same second as several senders saw it, as one.
 *
 * @throws {RangeError} when there is none, or when they are not the same second.
 */
export function mergeSecond(shares: readonly LoadSecond[]): LoadSecond {
  const [first] = shares;
  if (first === undefined || shares.some(({ second }) => second !== first.second)) {
    throw new RangeError('expected shares of one and the same second');
  }
  return shares.length === 1 ? first : { second: first.second, ...totalOf(shares) };
}

function addHistograms(encoded: readonly EncodedHistogram[]): EncodedHistogram {
  const present = encoded.filter((each) => each !== '');
  const [only] = present;
  if (only === undefined || present.length === 1) return only ?? '';
  const merged = new LatencyHistogram();
  for (const each of present) merged.add(each);
  return merged.encode();
}

/** The sum of counts by name, in the order in which the names first come. */
export function addCounters(counters: readonly Counters[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const each of counters) {
    for (const [key, count = 0] of Object.entries(each)) total[key] = (total[key] ?? 0) + count;
  }
  return total;
}

function countOf(encoded: EncodedHistogram): number {
  if (encoded === '') return 0;
  const histogram = new LatencyHistogram();
  histogram.add(encoded);
  return histogram.count;
}

function values(counters: Counters): readonly number[] {
  return Object.values(counters).filter((count) => count !== undefined);
}

function sum(counters: Counters): number {
  return values(counters).reduce((total, count) => total + count, 0);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}
