/** Keeps the accounts of a load, request by request, and closes each second when it is settled. */
import { type LoadTotals, totalOf } from './accounting.js';
import { LatencyHistogram } from './histogram.js';
import type {
  EncodedHistogram,
  FailureKind,
  LoadSecond,
  RequestKindSecond,
  StatusClass,
} from './sender.js';

/** The account of the requests of one kind due in one second; what becomes of each goes in it. */
export interface Account {
  /** Of all kinds in that second. */
  readonly whole: SecondAccount;
  due: number;
  dropped: number;
  sent: number;
  late: number;
  answers: number;
  failures: number;
  readonly answered: Partial<Record<StatusClass, number>>;
  readonly failed: Partial<Record<FailureKind, number>>;
  readonly failedChecks: Map<string, number>;
  readonly byPod: Map<string, number>;
  readonly responseTime: LatencyHistogram;
  readonly serviceTime: LatencyHistogram;
}

/** A second and the accounts of its kinds of request, by their index; a kind not yet due has none. */
interface SecondAccount {
  readonly second: number;
  readonly kinds: (Account | undefined)[];
  /** Requests due and not settled. */
  open: number;
  readonly sessions: { started: number; finished: number; failed: number };
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

/** What a ledger is made from. */
export interface LedgerOptions {
  /** Length of the load; what is due at its very end counts to its last second. */
  readonly durationMs: number;
  /** Names of the kinds of request; with one alone, seconds are not told by kind. */
  readonly kinds: readonly string[];
  /** Whether sessions have several steps; seconds then tell of them. */
  readonly hasSteps: boolean;
  readonly onSecond: (second: LoadSecond) => void;
}

/**
 * Books every request on the second in which it was due, and tells each second once, in order, as soon
 * as no request can be added to it and all it has are settled.
 *
 * What it tells always adds up, because a request's fate is booked in exactly one place and what was
 * not booked when the load ended is told as unsent or unanswered.
 */
export class LoadLedger {
  readonly #options: LedgerOptions;
  readonly #lastSecond: number;
  /** Accounts that were not told yet, in order, without gaps from the first one on. */
  readonly #accounts: SecondAccount[] = [];
  readonly #spare: LatencyHistogram[] = [];
  #told = 0;
  #passedSeconds = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#lastSecond = Math.max(0, Math.ceil(options.durationMs / 1_000) - 1);
  }

  /**
   * Books a request.
   *
   * @param dueMs - since the load began; not before what {@link passed} was told.
   * @param kind - index of its kind.
   */
  due(dueMs: number, kind: number): Account {
    const whole = this.#secondOf(dueMs);
    let account = whole.kinds[kind];
    if (account === undefined) {
      account = this.#newAccount(whole);
      whole.kinds[kind] = account;
    }
    account.due++;
    whole.open++;
    return account;
  }

  dropped(account: Account): void {
    account.dropped++;
    this.#settled(account);
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
    if (answer.podName !== undefined) addOne(account.byPod, answer.podName);
    this.#settled(account);
  }

  /** @param check - which check failed, where the kind is `check`. */
  failed(account: Account, kind: FailureKind, check?: string): void {
    account.failures++;
    account.failed[kind] = (account.failed[kind] ?? 0) + 1;
    if (check !== undefined) addOne(account.failedChecks, check);
    this.#settled(account);
  }

  /**
   * Books what became of a session of several steps, when it happened. To be called before the last of
   * its requests is settled.
   */
  session(atMs: number, what: 'started' | 'finished' | 'failed'): void {
    this.#secondOf(atMs).sessions[what]++;
  }

  /** Says that every request due before `elapsedMs` has been booked. */
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

  #secondOf(atMs: number): SecondAccount {
    return this.#accountOf(Math.min(Math.floor(atMs / 1_000), this.#lastSecond));
  }

  #accountOf(second: number): SecondAccount {
    while (this.#told + this.#accounts.length <= second) {
      this.#accounts.push({
        second: this.#told + this.#accounts.length,
        kinds: [],
        open: 0,
        sessions: { started: 0, finished: 0, failed: 0 },
      });
    }
    const account = this.#accounts[second - this.#told];
    if (account === undefined)
      throw new RangeError(`second ${second} of the load was told already`);
    return account;
  }

  #newAccount(whole: SecondAccount): Account {
    return {
      whole,
      due: 0,
      dropped: 0,
      sent: 0,
      late: 0,
      answers: 0,
      failures: 0,
      answered: {},
      failed: {},
      failedChecks: new Map(),
      byPod: new Map(),
      responseTime: this.#spare.pop() ?? new LatencyHistogram(),
      serviceTime: this.#spare.pop() ?? new LatencyHistogram(),
    };
  }

  #settled({ whole }: Account): void {
    whole.open--;
    this.#tellSettled();
  }

  #tellSettled(): void {
    for (;;) {
      const account = this.#accounts[0];
      if (account === undefined || account.second >= this.#passedSeconds) return;
      if (account.open > 0) return;
      this.#accounts.shift();
      this.#tell(account);
    }
  }

  #tell({ second, kinds, sessions }: SecondAccount): void {
    const { onSecond, kinds: names, hasSteps } = this.#options;
    this.#told = second + 1;
    const hasKinds = names.length > 1;
    const byRequest: Record<string, LoadTotals> = {};
    const accounts: Account[] = [];
    for (const [index, account] of kinds.entries()) {
      if (account === undefined) continue;
      accounts.push(account);
      byRequest[names[index] ?? String(index)] = hasKinds ? toldOf(account) : countedOf(account);
    }
    const counted = Object.values(byRequest).map(withoutTimes);
    const [first] = counted;
    const told = {
      second,
      ...(first !== undefined && counted.length === 1 ? first : totalOf(counted)),
    };
    const responseTime = this.#together(accounts.map((each) => each.responseTime));
    const serviceTime = this.#together(accounts.map((each) => each.serviceTime));
    onSecond({
      ...told,
      responseTime,
      serviceTime,
      ...(hasKinds ? { byRequest: mapValues(byRequest, kindSecondOf) } : {}),
      ...(hasSteps ? { sessions } : {}),
    });
  }

  /** All that some histograms hold; they are used again for later seconds. */
  #together(histograms: readonly LatencyHistogram[]): EncodedHistogram {
    const [first] = histograms;
    for (const each of histograms) if (each !== first) first?.addAll(each);
    const encoded = first?.encode() ?? '';
    for (const each of histograms) {
      each.reset();
      this.#spare.push(each);
    }
    return encoded;
  }
}

function toldOf(account: Account): LoadTotals {
  return {
    ...countedOf(account),
    responseTime: account.responseTime.encode(),
    serviceTime: account.serviceTime.encode(),
  };
}

/** Without the times. In the order in which totals have their fields, which is that of the timeline's bytes. */
function countedOf(account: Account): LoadTotals {
  const { due, dropped, sent, late, answers, failures, answered, failed } = account;
  return {
    due,
    dropped,
    unsent: due - dropped - sent,
    sent,
    answered,
    failed,
    unanswered: sent - answers - failures,
    responseTime: '',
    serviceTime: '',
    late,
    byPod: Object.fromEntries(account.byPod),
    ...(account.failedChecks.size === 0
      ? {}
      : { failedChecks: Object.fromEntries(account.failedChecks) }),
  };
}

function withoutTimes(told: LoadTotals): LoadTotals {
  return { ...told, responseTime: '', serviceTime: '' };
}

/** What is told of a kind: the rest is told of the whole alone. */
function kindSecondOf({
  late: _late,
  byPod: _byPod,
  failedChecks: _failedChecks,
  ...told
}: LoadTotals): RequestKindSecond {
  return told;
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The class of a status; a status outside of 100 to 599 counts to the nearer end. */
function statusClassOf(status: number): StatusClass {
  if (status < 200) return '1xx';
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
