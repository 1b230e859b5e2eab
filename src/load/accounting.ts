/** What became of arrivals: sums over seconds and senders, and the identities that must hold. */
import { LatencyHistogram } from './histogram.js';
import type { EncodedHistogram, LoadSecond } from './sender.js';

/** What became of the arrivals of any number of seconds. */
export type LoadTotals = Omit<LoadSecond, 'second'>;

type Counters = Readonly<Partial<Record<string, number>>>;

/**
 * Every identity of {@link LoadSecond} that does not hold, in words; empty when it adds up.
 *
 * Histograms are held against the counts too: each holds exactly the answered requests.
 */
export function accountingFaults(totals: LoadTotals): readonly string[] {
  const { due, dropped, unsent, sent, late, unanswered } = totals;
  const answered = sum(totals.answered);
  const failed = sum(totals.failed);
  const counts = [due, dropped, unsent, sent, late, unanswered];
  const faults = [...counts, ...values(totals.answered), ...values(totals.failed)].every(isCount)
    ? []
    : ['every count is a whole number, at least 0'];
  const claim = (left: number, right: number, text: string): void => {
    if (left !== right) faults.push(`${text}: ${left} against ${right}`);
  };
  claim(due, dropped + unsent + sent, 'due = dropped + unsent + sent');
  claim(sent, answered + failed + unanswered, 'sent = answered + failed + unanswered');
  claim(countOf(totals.responseTime), answered, 'response times recorded = answered');
  claim(countOf(totals.serviceTime), answered, 'service times recorded = answered');
  if (late > sent) faults.push(`late is at most sent: ${late} against ${sent}`);
  const byPod = sum(totals.byPod);
  if (byPod > answered) faults.push(`answers by pod are answered: ${byPod} against ${answered}`);
  return faults;
}

/** The sum of seconds, of one sender or of several. */
export function totalOf(seconds: readonly LoadTotals[]): LoadTotals {
  const add = (count: (each: LoadTotals) => number): number =>
    seconds.reduce((total, each) => total + count(each), 0);
  return {
    due: add((each) => each.due),
    dropped: add((each) => each.dropped),
    unsent: add((each) => each.unsent),
    sent: add((each) => each.sent),
    late: add((each) => each.late),
    answered: addCounters(seconds.map((each) => each.answered)),
    failed: addCounters(seconds.map((each) => each.failed)),
    unanswered: add((each) => each.unanswered),
    responseTime: addHistograms(seconds.map((each) => each.responseTime)),
    serviceTime: addHistograms(seconds.map((each) => each.serviceTime)),
    byPod: addCounters(seconds.map((each) => each.byPod)),
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

function addCounters(counters: readonly Counters[]): Record<string, number> {
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
