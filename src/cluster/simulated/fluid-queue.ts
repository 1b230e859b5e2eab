/** The requests before one service as a fluid: they flow in, wait in line, and are worked off as CPU allows. */
import type { Cancel, EpochMs } from '../../time/clock.js';
import type { BatchAccount, SteadyMix } from './batch-account.js';
import type { CpuUse } from './cpu-budget.js';
import type { RequestCosts } from './request-costs.js';
import type { SteadyQueue } from './steady-queue.js';

/** What flows to a service from now on; rates are requests a ms. */
export interface Inflow {
  /** Of the pod that answers. */
  readonly podName: string;
  readonly account: BatchAccount;
  readonly perMs: number;
  readonly costs: RequestCosts;
  /** Factor of the CPU of requests. */
  readonly drift: number;
  /** CPU time that the running thread gets in a ms, the limit aside. */
  readonly speed: number;
  /** The limit in CPUs; absent: none. */
  readonly limitCpus?: number;
  readonly timeoutMs: number;
  /** How long requests take while the line keeps its length; absent: it grows or shrinks. */
  readonly steady?: SteadyMix;
}

/** What a queue is of. */
export interface FluidQueueOptions {
  readonly nowMs: EpochMs;
  /** Before it, requests are answered 503. */
  readonly answersFromMs: EpochMs;
  /** A number in [0, 1), each time another. */
  readonly draw: () => number;
}

/** As `AcceptQueue`: so many connections wait until the service takes them all at once. */
const BACKLOG = 511;
/** A line that changes is looked at so often, ms. */
const STEP_MS = 50;
/** Fewer requests than this are none. */
const NOTHING = 1e-6;
/** Of the CPU's quota. */
const PERIOD_MS = 100;
const FORGET_FROM = 1_024;

interface Batch {
  readonly atMs: EpochMs;
  readonly account: BatchAccount;
  left: number;
  /** Its clients have given up; it is worked off all the same. */
  isGone: boolean;
}

/** Lives as long as its service. */
export class FluidQueue {
  readonly #options: FluidQueueOptions;
  readonly #line = new Line();
  /** Never taken: they wait for nothing. */
  readonly #lost = new Line();
  readonly #watchers = new Set<() => void>();
  #atMs: EpochMs;
  #inflow: Inflow | undefined;
  #flowsSinceMs = 0;
  #isOpen = true;
  /** Of the line: those that the service took and works on. */
  #taken = 0;
  /** Of the line: those that it knows nothing of yet. */
  #waiting = 0;
  /** Of a steady load: under way when the listener was closed. */
  #cut = 0;
  /** Of a steady load: came, and is not in its account yet. */
  #unbooked = 0;
  #cpuMs = 0;
  #periods = 0;
  #throttledPeriods = 0;
  #throttledMs = 0;

  constructor(options: FluidQueueOptions) {
    this.#options = options;
    this.#atMs = options.nowMs;
  }

  /** Requests whose clients wait for an answer, those of a steady load among them. */
  get inFlight(): number {
    return this.#line.patient + this.#lost.patient + this.#steadily('meanMs');
  }

  /** Requests that the service holds. */
  get underWay(): number {
    return this.#length + this.#steadily('inPodMs');
  }

  /** Whether requests stand in line beside those of a steady load. */
  get hasLine(): boolean {
    return this.#length > NOTHING;
  }

  /** What was used up to now. */
  use(nowMs: EpochMs): CpuUse {
    this.advance(nowMs);
    return {
      cpuMs: this.#cpuMs,
      periods: this.#periods,
      throttledPeriods: this.#throttledPeriods,
      throttledMs: this.#throttledMs,
    };
  }

  /** From now on this flows in; undefined: nothing. */
  flow(nowMs: EpochMs, inflow: Inflow | undefined): void {
    this.settle(nowMs);
    // what is in line is still worked off as it was
    this.#inflow =
      inflow ?? (this.#inflow === undefined ? undefined : { ...this.#inflow, perMs: 0 });
    this.#flowsSinceMs = nowMs;
    if (this.#isQuick(Number.POSITIVE_INFINITY)) return;
    for (const watcher of this.#watchers) watcher();
  }

  /**
   * Says whether nobody has to wait longer than so, and calls `onChange` once when that is no longer sure.
   * Undefined: it is not so.
   */
  whileQuick(waitMs: number, onChange: () => void): Cancel | undefined {
    if (!this.#isQuick(waitMs)) return undefined;
    const watcher = (): void => {
      if (this.#isQuick(waitMs)) return;
      this.#watchers.delete(watcher);
      onChange();
    };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** How long one that comes now waits for its turn; undefined: it is not even taken. */
  waitMs(nowMs: EpochMs): number | undefined {
    this.advance(nowMs);
    const inflow = this.#inflow;
    if (inflow === undefined) return 0;
    if (this.#waiting >= BACKLOG) return undefined;
    if (this.hasLine) return this.#length / workedOffPerMs(inflow);
    const waits = inflow.steady?.high.waitsMs;
    return waits?.[Math.floor(this.#options.draw() * waits.length)] ?? 0;
  }

  /** When the service will have answered all that it holds, if nothing more comes. */
  emptyInMs(nowMs: EpochMs): number {
    this.advance(nowMs);
    if (this.#inflow === undefined) return 0;
    if (this.hasLine) return this.#length / workedOffPerMs(this.#inflow) + STEP_MS;
    const { steady } = this.#inflow;
    return steady === undefined ? 0 : mixed(steady, ({ inPodMs }) => inPodMs);
  }

  /** The listener is closed: what comes is refused, and what was not taken is lost. */
  closeListener(nowMs: EpochMs): void {
    if (!this.#isOpen) return;
    this.settle(nowMs);
    const cut = Math.min(
      this.#steadily('inPodMs'),
      (this.#inflow?.perMs ?? 0) * (nowMs - this.#flowsSinceMs),
    );
    this.#isOpen = false;
    this.#line.cutEnd(this.#waiting);
    this.#waiting = 0;
    this.#cut = cut;
    for (const watcher of this.#watchers) watcher();
  }

  /** The service is over: what it held is never answered. */
  end(nowMs: EpochMs): void {
    const isSudden = this.#isOpen;
    this.closeListener(nowMs);
    this.advance(nowMs);
    this.#line.cutEnd(this.#length);
    this.#taken = 0;
    const { steady, account, podName = '' } = this.#inflow ?? {};
    if (!isSudden || steady === undefined || account === undefined) return;
    // those were booked as answered when they came
    account.settleSteady(steady, { count: -this.#cut, status: 200, podName });
    account.fail('closed', this.#cut);
  }

  /** Lets time pass, and books what came. */
  settle(nowMs: EpochMs): void {
    this.advance(nowMs);
    const { account, steady, podName = '' } = this.#inflow ?? {};
    if (account === undefined || steady === undefined || this.#unbooked === 0) return;
    const count = this.#unbooked;
    this.#unbooked = 0;
    account.due += count;
    account.open += count;
    account.settleSteady(steady, { count, status: this.#status(), podName });
  }

  /** Lets time pass; what came under a steady load is booked by `settle`. */
  advance(nowMs: EpochMs): void {
    const inflow = this.#inflow;
    if (inflow !== undefined) {
      while (nowMs > this.#atMs) this.#advanceSome(inflow, nowMs);
    }
    this.#atMs = nowMs;
  }

  #advanceSome(inflow: Inflow, nowMs: EpochMs): void {
    const isSteady = this.#isOpen && inflow.steady !== undefined && !this.hasLine;
    const isIdle = !this.hasLine && (isSteady || !this.#isOpen) && this.#lost.patient <= NOTHING;
    const toMs = isIdle ? nowMs : Math.min(nowMs, this.#atMs + STEP_MS);
    if (isSteady) this.#flowSteadily(inflow, toMs - this.#atMs);
    else this.#step(inflow, toMs);
    this.#lost.expire(toMs - inflow.timeoutMs);
    this.#lost.forgetGone();
    this.#atMs = toMs;
  }

  get #length(): number {
    return this.#taken + this.#waiting;
  }

  #steadily(of: 'inPodMs' | 'meanMs'): number {
    const { steady, perMs = 0 } = this.#inflow ?? {};
    if (steady === undefined || !this.#isOpen || this.hasLine) return 0;
    return perMs * mixed(steady, (queue) => queue[of]);
  }

  #isQuick(waitMs: number): boolean {
    if (!this.#isOpen || this.hasLine) return false;
    const { perMs = 0, steady } = this.#inflow ?? {};
    if (perMs === 0) return true;
    return steady !== undefined && (steady.high.waitsMs.at(-1) ?? 0) <= waitMs;
  }

  #flowSteadily(inflow: Inflow, lengthMs: number): void {
    const { perMs, costs, drift, steady } = inflow;
    const count = perMs * lengthMs;
    if (steady === undefined || count === 0) return;
    this.#unbooked += count;
    this.#cpuMs += count * costs.meanCpuMs * drift;
    this.#periods += lengthMs * mixed(steady, ({ periods }) => periods);
    this.#throttledPeriods += lengthMs * mixed(steady, (queue) => queue.throttledPeriods);
    this.#throttledMs += lengthMs * mixed(steady, ({ throttledMs }) => throttledMs);
  }

  #step(inflow: Inflow, toMs: EpochMs): void {
    const lengthMs = toMs - this.#atMs;
    this.#arrive(inflow, lengthMs);
    this.#line.expire(toMs - inflow.timeoutMs);
    const most = workedOffPerMs(inflow) * lengthMs;
    const done = Math.min(most, this.#length);
    if (done <= 0) return;
    this.#workOff(inflow, { done, most, lengthMs });
    const busyMs = (lengthMs * done) / most;
    const { costs, drift, limitCpus, speed } = inflow;
    this.#cpuMs += done * costs.meanCpuMs * drift;
    this.#periods += busyMs / PERIOD_MS;
    if (limitCpus === undefined || limitCpus >= speed) return;
    this.#throttledPeriods += busyMs / PERIOD_MS;
    this.#throttledMs += busyMs * (1 - limitCpus / speed);
  }

  #arrive({ account, perMs }: Inflow, lengthMs: number): void {
    const count = perMs * lengthMs;
    if (count === 0) return;
    account.due += count;
    account.open += count;
    if (!this.#isOpen) {
      account.fail('refused', count);
      return;
    }
    const accepted = Math.max(0, Math.min(count, BACKLOG - this.#waiting));
    const atMs = this.#atMs + lengthMs / 2;
    this.#line.push({ atMs, account, left: accepted, isGone: false });
    this.#lost.push({ atMs, account, left: count - accepted, isGone: false });
    this.#waiting += accepted;
  }

  #workOff(
    inflow: Inflow,
    {
      done,
      most,
      lengthMs,
    }: { readonly done: number; readonly most: number; readonly lengthMs: number },
  ): void {
    const status = this.#status();
    const { costs, drift, speed, limitCpus = speed } = inflow;
    const cpus = Math.min(speed, limitCpus);
    let begun = 0;
    this.#line.take(done, ({ atMs, account, isGone }, count) => {
      const beganMs = this.#atMs + ((begun + count / 2) / most) * lengthMs;
      begun += count;
      if (isGone) return;
      const inLineMs = Math.max(0, beganMs - atMs);
      account.settle(
        {
          fromMs: Math.max(0, inLineMs - lengthMs / 2),
          toMs: inLineMs + lengthMs / 2,
          cpus,
          costs: costs.kinds,
          drift,
        },
        { count, status, podName: inflow.podName },
      );
    });
    for (let left = done; left > NOTHING; ) {
      if (this.#taken <= NOTHING) {
        this.#taken += this.#waiting;
        this.#waiting = 0;
      }
      const part = Math.min(left, this.#taken);
      if (part <= 0) break;
      this.#taken -= part;
      left -= part;
    }
    if (this.#length > NOTHING) return;
    this.#taken = 0;
    this.#waiting = 0;
    this.#line.clear();
  }

  #status(): number {
    return this.#atMs < this.#options.answersFromMs ? 503 : 200;
  }
}

/** Batches in the order in which they came. */
class Line {
  readonly #batches: Batch[] = [];
  #first = 0;
  /** From here on their clients still wait. */
  #patientFrom = 0;
  #patient = 0;

  /** Requests whose clients still wait. */
  get patient(): number {
    return this.#patient;
  }

  push(batch: Batch): void {
    if (batch.left <= 0) return;
    this.#batches.push(batch);
    this.#patient += batch.left;
  }

  /** Takes so many of the oldest. */
  take(count: number, each: (batch: Batch, count: number) => void): void {
    let left = count;
    while (left > 0) {
      const batch = this.#batches[this.#first];
      if (batch === undefined) return;
      const part = Math.min(left, batch.left);
      each(batch, part);
      if (!batch.isGone) this.#patient -= part;
      batch.left -= part;
      left -= part;
      if (batch.left <= 0) this.#first++;
    }
    this.#forget();
  }

  /** Those that came before an instant have waited for too long. */
  expire(beforeMs: EpochMs): void {
    this.#patientFrom = Math.max(this.#patientFrom, this.#first);
    for (;;) {
      const batch = this.#batches[this.#patientFrom];
      if (batch === undefined || batch.atMs > beforeMs) break;
      this.#patientFrom++;
      if (batch.left <= 0) continue;
      batch.isGone = true;
      this.#patient -= batch.left;
      batch.account.fail('timeout', batch.left);
    }
  }

  /** For a line that nothing is taken of. */
  forgetGone(): void {
    this.#first = this.#patientFrom;
    this.#forget();
  }

  /** The youngest so many are gone; who still waited for them is told. */
  cutEnd(count: number): void {
    let left = count;
    for (let at = this.#batches.length - 1; at >= this.#first && left > 0; at--) {
      const batch = this.#batches[at];
      if (batch === undefined) return;
      const part = Math.min(left, batch.left);
      left -= part;
      batch.left -= part;
      if (batch.isGone) continue;
      this.#patient -= part;
      batch.account.fail('closed', part);
    }
  }

  /** Rounding is all that is left. */
  clear(): void {
    for (let at = this.#first; at < this.#batches.length; at++) {
      const batch = this.#batches[at];
      if (batch?.isGone === false) batch.account.fail('closed', batch.left);
    }
    this.#batches.length = 0;
    this.#first = 0;
    this.#patientFrom = 0;
    this.#patient = 0;
  }

  #forget(): void {
    if (this.#first < FORGET_FROM || this.#first * 2 < this.#batches.length) return;
    this.#batches.splice(0, this.#first);
    this.#patientFrom = Math.max(0, this.#patientFrom - this.#first);
    this.#first = 0;
  }
}

function workedOffPerMs({ speed, limitCpus = speed, costs, drift }: Inflow): number {
  return Math.min(speed, limitCpus) / (costs.meanCpuMs * drift);
}

function mixed({ low, high, share }: SteadyMix, of: (queue: SteadyQueue) => number): number {
  return of(low) * (1 - share) + of(high) * share;
}
