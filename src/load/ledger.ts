/** Keeps the accounts of a load, arrival by arrival, and closes each second when it is settled. */
import { LatencyHistogram } from './histogram.js';
import type { FailureKind, LoadSecond, StatusClass } from './sender.js';

/** The account of the second in which an arrival was due; what becomes of the arrival goes in it. */
export interface Account {
  readonly second: number;
  due: number;
  dropped: number;
  sent: number;
  late: number;
  answers: number;
  failures: number;
  readonly answered: Partial<Record<StatusClass, number>>;
  readonly failed: Partial<Record<FailureKind, number>>;
  readonly byPod: Map<string, number>;
  readonly responseTime: LatencyHistogram;
  readonly serviceTime: LatencyHistogram;
}

/** How a request was answered. */
export interface Answer {
  readonly status: number;
  /** The pod that answered, where it said so. */
  readonly podName: string | undefined;
  /** From when it was due to the end of the answer. */
  readonly responseMs: number;
  /** From the send to the end of the answer. */
  readonly serviceMs: number;
}

/**
 * Books every arrival on the second in which it was due, and tells each second once, in order, as soon
 * as no arrival can be added to it and all it has are settled.
 *
 * What it tells always adds up, because an arrival's fate is booked in exactly one place and what was
 * not booked when the load ended is told as unsent or unanswered.
 */
export class LoadLedger {
  readonly #onSecond: (second: LoadSecond) => void;
  readonly #lastSecond: number;
  /** Accounts that were not told yet, in order, without gaps from the first one on. */
  readonly #accounts: Account[] = [];
  readonly #spare: LatencyHistogram[] = [];
  #told = 0;
  #passedSeconds = 0;

  /** @param options - `durationMs`: length of the load; what is due at its very end counts to its last second. */
  constructor(options: {
    readonly durationMs: number;
    readonly onSecond: (second: LoadSecond) => void;
  }) {
    this.#lastSecond = Math.max(0, Math.ceil(options.durationMs / 1_000) - 1);
    this.#onSecond = options.onSecond;
  }

  /** Books an arrival; `dueMs` (ms since the load began) must not lie before what {@link passed} was told. */
  due(dueMs: number): Account {
    const second = Math.min(Math.floor(dueMs / 1_000), this.#lastSecond);
    const account = this.#accountOf(second);
    account.due++;
    return account;
  }

  dropped(account: Account): void {
    account.dropped++;
    this.#tellSettled();
  }

  sent(account: Account, isLate: boolean): void {
    account.sent++;
    if (isLate) account.late++;
  }

  answered(account: Account, answer: Answer): void {
    const statusClass = statusClassOf(answer.status);
    account.answers++;
    account.answered[statusClass] = (account.answered[statusClass] ?? 0) + 1;
    account.responseTime.recordMs(answer.responseMs);
    account.serviceTime.recordMs(answer.serviceMs);
    if (answer.podName !== undefined) {
      account.byPod.set(answer.podName, (account.byPod.get(answer.podName) ?? 0) + 1);
    }
    this.#tellSettled();
  }

  failed(account: Account, kind: FailureKind): void {
    account.failures++;
    account.failed[kind] = (account.failed[kind] ?? 0) + 1;
    this.#tellSettled();
  }

  /** Says that every arrival due before `elapsedMs` has been booked. */
  passed(elapsedMs: number): void {
    const seconds = Math.min(Math.floor(elapsedMs / 1_000), this.#lastSecond + 1);
    if (seconds <= this.#passedSeconds) return;
    this.#passedSeconds = seconds;
    this.#accountOf(seconds - 1);
    this.#tellSettled();
  }

  /** Tells every second that began, settled or not; what is still open is unsent or unanswered. */
  close(): void {
    for (const account of this.#accounts.splice(0)) this.#tell(account);
  }

  #accountOf(second: number): Account {
    while (this.#told + this.#accounts.length <= second) {
      this.#accounts.push(this.#newAccount(this.#told + this.#accounts.length));
    }
    const account = this.#accounts[second - this.#told];
    if (account === undefined)
      throw new RangeError(`second ${second} of the load was told already`);
    return account;
  }

  #newAccount(second: number): Account {
    return {
      second,
      due: 0,
      dropped: 0,
      sent: 0,
      late: 0,
      answers: 0,
      failures: 0,
      answered: {},
      failed: {},
      byPod: new Map(),
      responseTime: this.#spare.pop() ?? new LatencyHistogram(),
      serviceTime: this.#spare.pop() ?? new LatencyHistogram(),
    };
  }

  #tellSettled(): void {
    for (;;) {
      const [account] = this.#accounts;
      if (account === undefined || account.second >= this.#passedSeconds) return;
      if (account.due !== account.dropped + account.answers + account.failures) return;
      this.#accounts.shift();
      this.#tell(account);
    }
  }

  #tell(account: Account): void {
    const { second, due, dropped, sent, late, answers, failures, answered, failed } = account;
    this.#told = second + 1;
    const told: LoadSecond = {
      second,
      due,
      dropped,
      unsent: due - dropped - sent,
      sent,
      late,
      answered,
      failed,
      unanswered: sent - answers - failures,
      responseTime: account.responseTime.encode(),
      serviceTime: account.serviceTime.encode(),
      byPod: Object.fromEntries(account.byPod),
    };
    for (const histogram of [account.responseTime, account.serviceTime]) {
      histogram.reset();
      this.#spare.push(histogram);
    }
    this.#onSecond(told);
  }
}

/** The class of a status; a status outside of 100 to 599 counts to the nearer end. */
function statusClassOf(status: number): StatusClass {
  if (status < 200) return '1xx';
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
