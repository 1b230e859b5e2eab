/** Keeps the accounts of a load in batches, and tells them in whole requests that add up. */
import type { Random } from '../../core/random.js';
import { type LoadTotals, totalOf } from '../../load/accounting.js';
import { encodeTimeCounts, placeOfMicros } from '../../load/time-counts.js';
import type {
  EncodedHistogram,
  FailureKind,
  LoadSecond,
  RequestKindSecond,
  StatusClass,
} from '../../load/sender.js';
import { BatchAccount, classOf, type KindParts, type TimeWeights } from './batch-account.js';

/** What a ledger is made from. */
export interface BatchLedgerOptions {
  /** Names of the kinds of request, with the share of each. */
  readonly kinds: readonly { readonly name: string; readonly share: number }[];
  readonly timeoutMs: number;
  /** Seconds that are told together. */
  readonly spanSeconds: number;
  readonly lastSecond: number;
  readonly random: Random;
  /** Why an answer is no good; undefined: it is. */
  readonly failedCheck: (kind: number, status: number) => string | undefined;
  readonly onSecond: (second: LoadSecond) => void;
}

/** What is less than this is not a request but rounding. */
const NOTHING = 1e-3;

/** Requests due are added to the account of their seconds; each is told once, in order, when all are settled. */
export class BatchLedger {
  readonly #options: BatchLedgerOptions;
  readonly #timeoutPlace: number;
  readonly #rounding = new Map<string, { sum: number; told: number }>();
  readonly #accounts: BatchAccount[] = [];
  #next = 0;

  constructor(options: BatchLedgerOptions) {
    this.#options = options;
    this.#timeoutPlace = placeOfMicros(Math.round(options.timeoutMs * 1_000));
  }

  /** The account of an instant, ms since the load began; instants never go back. */
  accountAt(elapsedMs: number): BatchAccount {
    const { spanSeconds, lastSecond } = this.#options;
    const at = Math.min(Math.floor(elapsedMs / 1_000), lastSecond);
    const second = at - (at % spanSeconds);
    while (this.#next <= second) {
      this.#accounts.push(new BatchAccount(this.#next));
      this.#next += spanSeconds;
    }
    const account = this.#accounts.at(-1);
    if (account === undefined || account.second !== second) {
      throw new RangeError(`second ${second} of the load has passed`);
    }
    return account;
  }

  /** From an instant to where the next account begins. */
  untilNextMs(elapsedMs: number): number {
    const spanMs = this.#options.spanSeconds * 1_000;
    return spanMs - (elapsedMs % spanMs);
  }

  /** Whether every request that came is settled. */
  get isSettled(): boolean {
    return this.#accounts.every(({ open }) => open < NOTHING);
  }

  /** Tells what is settled of the seconds that ended before an instant. */
  passed(elapsedMs: number): void {
    for (;;) {
      const [account] = this.#accounts;
      if (account === undefined || account.open >= NOTHING) return;
      if (this.#endOf(account) * 1_000 > elapsedMs) return;
      this.#accounts.shift();
      this.#tell(account);
    }
  }

  /** Tells all the rest; what is not settled is unanswered. */
  close(): void {
    for (const account of this.#accounts.splice(0)) this.#tell(account);
  }

  #endOf({ second }: BatchAccount): number {
    return Math.min(second + this.#options.spanSeconds, this.#options.lastSecond + 1);
  }

  #tell(account: BatchAccount): void {
    const { kinds, onSecond } = this.#options;
    const due = this.#dueOf(account);
    const totals = kinds.map(({ share }, kind) => {
      const parts = account.partsOf(kind, { share, timeoutPlace: this.#timeoutPlace });
      const unanswered = Math.max(0, account.open) < NOTHING ? 0 : account.open * share;
      return this.#whole(kind, { parts, unanswered, due: due[kind] ?? 0 });
    });
    const whole = totals.length === 1 && totals[0] !== undefined ? totals[0] : totalOf(totals);
    const seconds = this.#endOf(account) - account.second;
    const answered = Object.values(whole.answered).reduce((sum, count) => sum + count, 0);
    onSecond({
      second: account.second,
      ...(seconds === 1 ? {} : { seconds }),
      ...whole,
      byPod: Object.fromEntries(apportioned(account.byPod, answered)),
      ...(kinds.length === 1 ? {} : { byRequest: this.#byRequest(totals) }),
    });
  }

  #byRequest(totals: readonly LoadTotals[]): Readonly<Record<string, RequestKindSecond>> {
    return Object.fromEntries(
      totals.map(({ late: _late, byPod: _byPod, failedChecks: _checks, ...told }, kind) => [
        this.#options.kinds[kind]?.name ?? String(kind),
        told,
      ]),
    );
  }

  /** Whole requests by kind. */
  #dueOf({ due }: BatchAccount): readonly number[] {
    const { kinds } = this.#options;
    const all = this.#round('due', due);
    const each = kinds.map(({ share }, kind) => this.#round(`due/${kind}`, due * share));
    return settledOn(each, all);
  }

  #whole(
    kind: number,
    { parts, unanswered, due }: { parts: KindParts; unanswered: number; due: number },
  ): LoadTotals {
    const { failedCheck } = this.#options;
    const answers = [...parts.answered].map(([status, count]) => ({
      status,
      count,
      check: failedCheck(kind, status),
    }));
    const outcomes: Outcome[] = [
      ...answers.map(({ status, count, check }): Outcome => {
        return check === undefined
          ? { kind: 'answered', of: classOf(status), count }
          : { kind: 'check', of: check, count };
      }),
      ...[...parts.failed].map(([of, count]): Outcome => ({ kind: 'failed', of, count })),
      { kind: 'dropped', of: '', count: parts.dropped },
      { kind: 'unanswered', of: '', count: unanswered },
    ];
    const counts = settledOn(
      outcomes.map(({ kind: what, of, count }) => this.#round(`${kind}/${what}/${of}`, count)),
      due,
    );
    const told = new Told();
    for (const [index, outcome] of outcomes.entries()) told.add(outcome, counts[index] ?? 0);
    const times = this.#encode(parts.times, told.answers);
    return told.totals(due, times);
  }

  /** Whole numbers whose sum over time is that of the parts. */
  #round(key: string, count: number): number {
    const rounding = this.#rounding.get(key) ?? { sum: 0, told: 0 };
    this.#rounding.set(key, rounding);
    rounding.sum += count;
    const whole = Math.max(0, Math.floor(rounding.sum + 0.5) - rounding.told);
    rounding.told += whole;
    return whole;
  }

  /** So many times, spread as the weights are; where each falls between two places is drawn once for all. */
  #encode(weights: TimeWeights, count: number): EncodedHistogram {
    if (count === 0 || weights.size === 0) return '';
    const sorted = [...weights].sort(([a], [b]) => a - b);
    const all = sorted.reduce((sum, [, weight]) => sum + weight, 0);
    const offset = this.#options.random.next();
    const counts: number[] = [];
    let sum = 0;
    let told = 0;
    for (const [index, [place, weight]] of sorted.entries()) {
      sum += weight;
      const isLast = index === sorted.length - 1;
      const upTo = isLast ? count : Math.min(count, Math.floor((sum / all) * count + offset));
      if (upTo > told) counts.push(place, upTo - told);
      told = Math.max(told, upTo);
    }
    return encodeTimeCounts(Uint32Array.from(counts));
  }
}

type Outcome =
  | { readonly kind: 'answered'; readonly of: StatusClass; readonly count: number }
  | { readonly kind: 'failed'; readonly of: FailureKind; readonly count: number }
  | {
      readonly kind: 'check' | 'dropped' | 'unanswered';
      readonly of: string;
      readonly count: number;
    };

/** Counts of one kind as they are told. */
class Told {
  answers = 0;
  readonly #answered: Partial<Record<StatusClass, number>> = {};
  readonly #failed: Partial<Record<FailureKind, number>> = {};
  readonly #checks: Record<string, number> = {};
  #dropped = 0;
  #unanswered = 0;

  add(outcome: Outcome, count: number): void {
    if (count === 0) return;
    if (outcome.kind === 'answered') {
      this.answers += count;
      this.#answered[outcome.of] = (this.#answered[outcome.of] ?? 0) + count;
    } else if (outcome.kind === 'failed') {
      this.#failed[outcome.of] = (this.#failed[outcome.of] ?? 0) + count;
    } else if (outcome.kind === 'check') {
      this.#failed.check = (this.#failed.check ?? 0) + count;
      this.#checks[outcome.of] = (this.#checks[outcome.of] ?? 0) + count;
    } else if (outcome.kind === 'dropped') this.#dropped += count;
    else this.#unanswered += count;
  }

  totals(due: number, times: EncodedHistogram): LoadTotals {
    return {
      due,
      dropped: this.#dropped,
      unsent: 0,
      sent: due - this.#dropped,
      answered: this.#answered,
      failed: this.#failed,
      unanswered: this.#unanswered,
      // nothing waits for a connection and nothing is sent late
      responseTime: times,
      serviceTime: times,
      late: 0,
      byPod: {},
      ...(Object.keys(this.#checks).length === 0 ? {} : { failedChecks: this.#checks }),
    };
  }
}

/** Whole numbers with a given sum: what is missing or too much is put on the largest. */
function settledOn(counts: readonly number[], sum: number): readonly number[] {
  const settled = [...counts];
  for (;;) {
    const missing = sum - settled.reduce((total, count) => total + count, 0);
    if (missing === 0 || settled.length === 0) return settled;
    const largest = settled.reduce(
      (best, count, index) => (count > (settled[best] ?? 0) ? index : best),
      0,
    );
    settled[largest] = Math.max(0, (settled[largest] ?? 0) + missing);
  }
}

/** A whole number dealt out by weights: each gets its share rounded down, the largest remainders one more. */
function apportioned(
  weights: ReadonlyMap<string, number>,
  count: number,
): readonly (readonly [string, number])[] {
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  if (all <= 0 || count === 0) return [];
  const shares = [...weights].map(([name, weight]) => {
    const exact = (weight / all) * count;
    return { name, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  const left = count - shares.reduce((sum, { whole }) => sum + whole, 0);
  const more = new Set(
    shares
      .toSorted((a, b) => b.rest - a.rest)
      .slice(0, left)
      .map(({ name }) => name),
  );
  return shares
    .map(({ name, whole }) => [name, whole + (more.has(name) ? 1 : 0)] as const)
    .filter(([, whole]) => whole > 0);
}
