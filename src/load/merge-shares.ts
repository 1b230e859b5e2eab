/** What several senders of one load tell, as one sender would have told it. */
import { mergeSecond } from './accounting.js';
import { mergeHistograms } from './histogram.js';
import type {
  EncodedHistogram,
  LoadProgress,
  LoadSecond,
  AuditedLoadSummary,
  SenderAudit,
} from './sender.js';

/** What one sender tells in the end. */
export interface ShareSummary {
  /** What the sender is called; absent: `process 2 of 3`, by its place among all. */
  readonly name?: string;
  readonly summary: AuditedLoadSummary;
  /** Of {@link SenderAudit.sendLagP99Ms}, so that lags of several senders can be merged. */
  readonly sendLag: EncodedHistogram;
}

/**
 * Seconds of all shares. Each is told once every share has told it, or a later one, or tells no more;
 * so always in order.
 */
export class SharedSeconds {
  /** Of each share the last second that it told; none yet: -1; infinite when it tells no more. */
  readonly #reached: number[];
  readonly #tell: (second: LoadSecond) => void;
  readonly #waiting = new Map<number, LoadSecond[]>();
  /** The last second that was told. */
  #told = -1;

  constructor(shares: number, tell: (second: LoadSecond) => void) {
    this.#reached = Array.from({ length: shares }, () => -1);
    this.#tell = tell;
  }

  /** Takes a second of the share with this index; each share's come in order. */
  add(index: number, second: LoadSecond): void {
    const told = this.#waiting.get(second.second) ?? [];
    told.push(second);
    this.#waiting.set(second.second, told);
    this.#reached[index] = second.second;
    this.#tellReached();
  }

  /** That share tells no more. */
  ended(index: number): void {
    this.#reached[index] = Number.POSITIVE_INFINITY;
    this.#tellReached();
  }

  /** Tells what is left when all have ended: a second that had not begun for some when they were stopped. */
  end(): void {
    this.#reached.fill(Number.POSITIVE_INFINITY);
    this.#tellReached();
  }

  #tellReached(): void {
    const reached = Math.min(...this.#reached);
    if (reached <= this.#told) return;
    this.#told = reached;
    const whole = [...this.#waiting.keys()].filter((second) => second <= reached);
    for (const second of whole.toSorted((a, b) => a - b)) {
      const told = this.#waiting.get(second) ?? [];
      this.#waiting.delete(second);
      this.#tell(mergeSecond(told));
    }
  }
}

/** Progress of all shares; told each time every share that still sends has told anew. */
export class SharedProgress {
  readonly #tell: (progress: LoadProgress) => void;
  readonly #latest: Map<number, LoadProgress | undefined>;

  constructor(shares: number, tell: (progress: LoadProgress) => void) {
    this.#tell = tell;
    this.#latest = new Map(Array.from({ length: shares }, (_, index) => [index, undefined]));
  }

  /** Takes what the share with this index told. */
  add(index: number, progress: LoadProgress): void {
    this.#latest.set(index, progress);
    this.#tellIfAll();
  }

  /** That share tells no more. */
  ended(index: number): void {
    this.#latest.delete(index);
    this.#tellIfAll();
  }

  #tellIfAll(): void {
    const all = [...this.#latest.values()].filter((each) => each !== undefined);
    if (all.length === 0 || all.length < this.#latest.size) return;
    for (const index of this.#latest.keys()) this.#latest.set(index, undefined);
    this.#tell(mergeProgress(all));
  }
}

/** Rates and counts added up; of the percentiles the worst, as they cannot be merged. */
function mergeProgress(shares: readonly LoadProgress[]): LoadProgress {
  const add = (of: (each: LoadProgress) => number): number =>
    shares.reduce((sum, each) => sum + of(each), 0);
  return {
    atMs: Math.max(...shares.map(({ atMs }) => atMs)),
    sentPerSecond: add((each) => each.sentPerSecond),
    answeredPerSecond: add((each) => each.answeredPerSecond),
    failedPerSecond: add((each) => each.failedPerSecond),
    inFlight: add((each) => each.inFlight),
    waiting: add((each) => each.waiting),
    ...(shares.length === 1 ? {} : { processes: shares.length }),
    p50Ms: mostOf(shares.map(({ p50Ms }) => p50Ms)),
    p99Ms: mostOf(shares.map(({ p99Ms }) => p99Ms)),
  };
}

/**
 * One summary of all shares.
 *
 * @throws {RangeError} when there is none.
 */
export function mergeSummaries(shares: readonly ShareSummary[]): AuditedLoadSummary {
  const [first] = shares;
  if (first === undefined) throw new RangeError('expected the summary of a sender');
  if (shares.length === 1) return first.summary;
  const summaries = shares.map(({ summary }) => summary);
  return {
    startedAtMs: first.summary.startedAtMs,
    endedAtMs: Math.max(...summaries.map(({ endedAtMs }) => endedAtMs)),
    engine: first.summary.engine,
    audit: mergeAudits(shares),
  };
}

/**
 * Lag percentiles are of all sends together; those of event loops, the longest pause and the memory are
 * the worst process's; CPU and pauses add up. Saturated if any process was.
 */
function mergeAudits(shares: readonly ShareSummary[]): SenderAudit {
  const audits = shares.map(({ summary }) => summary.audit);
  const reasons = shares.flatMap(({ name, summary: { audit } }, index) => {
    const who = name ?? `process ${index + 1} of ${shares.length}`;
    return audit.isSaturated ? [`${who}: ${audit.because ?? 'it sent late'}`] : [];
  });
  const eventLoopLagP99Ms = mostOf(audits.map((each) => each.eventLoopLagP99Ms));
  const gcPauseMs = sumOf(audits.map((each) => each.gcPauseMs));
  const gcLongestMs = mostOf(audits.map((each) => each.gcLongestMs));
  const elapsedMs = Math.max(...audits.map((each) => each.elapsedMs));
  // one that began later has used its share of the machine for less time
  const machineShare = sumOf(
    audits.map((each) =>
      each.machineShare === undefined
        ? undefined
        : each.machineShare * (each.elapsedMs / elapsedMs),
    ),
  );
  return {
    ...mergeLags(shares),
    ...(eventLoopLagP99Ms === undefined ? {} : { eventLoopLagP99Ms }),
    ...(gcPauseMs === undefined ? {} : { gcPauseMs }),
    ...(gcLongestMs === undefined ? {} : { gcLongestMs }),
    cpuMs: audits.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    ...(machineShare === undefined ? {} : { machineShare }),
    elapsedMs,
    maxRssBytes: Math.max(...audits.map(({ maxRssBytes }) => maxRssBytes)),
    processes: shares.length,
    isSaturated: reasons.length > 0,
    ...(reasons.length === 0 ? {} : { because: reasons.join('; ') }),
  };
}

function mergeLags(
  shares: readonly ShareSummary[],
): Pick<SenderAudit, 'sendLagP50Ms' | 'sendLagP99Ms' | 'sendLagMaxMs'> {
  const lag = mergeHistograms(shares.map(({ sendLag }) => sendLag));
  const sendLagP50Ms = lag.percentileMs(50);
  const sendLagP99Ms = lag.percentileMs(99);
  const sendLagMaxMs = lag.maxMs();
  return {
    ...(sendLagP50Ms === undefined ? {} : { sendLagP50Ms }),
    ...(sendLagP99Ms === undefined ? {} : { sendLagP99Ms }),
    ...(sendLagMaxMs === undefined ? {} : { sendLagMaxMs }),
  };
}

function mostOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Absent unless all are known: a part of a sum is not the sum. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum;
}
