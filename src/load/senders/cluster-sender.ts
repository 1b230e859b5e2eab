/** The sender as pods of the cluster: each sends its share, and what they tell is merged without loss. */
import { LabError } from '../../core/errors.js';
import type { Clock } from '../../time/clock.js';
import { durationMsOf } from '../driving/make-driver.js';
import {
  mergeSummaries,
  SharedProgress,
  SharedSeconds,
  type ShareSummary,
} from '../merge-shares.js';
import { planShare, workerFaults, workersFor } from '../plan-shares.js';
import type {
  AuditedLoadSummary,
  LoadPlan,
  LoadSender,
  MissingShare,
  PrepareOptions,
  SendOptions,
} from '../sender.js';
import type { WorkerPod, WorkerPods } from '../worker-pods.js';
import { planFaults } from './plan-faults.js';
import type { EngineChoice } from './sender-messages.js';
import { type ShareEnd, WorkerLink } from './worker-link.js';

/** What workers may take from running pods to being ready to send. */
const READY_MS = 60_000;
/** Between two looks at which pods have ended. */
const LOOK_MS = 2_000;
/** What is allowed after the load's own end for its last seconds to be told. */
const TELL_GRACE_MS = 60_000;
/** The same after it was stopped: the user waits. */
const STOP_GRACE_MS = 5_000;
/** From the first word of the start to the load's second 0: enough for a worker to be asked a second time. */
const LEAD_MS = 2_000;
/** What may pass between the making of the pods and the load: the service settles meanwhile. */
const PREPARATION_MS = 60 * 60_000;

/** How to send. */
export interface ClusterSenderOptions {
  readonly clock: Clock;
  readonly pods: WorkerPods;
  readonly engine: EngineChoice;
  /** Where the service is reached from within the cluster. */
  readonly targetUrl: () => Promise<string>;
}

/**
 * Sends from as many pods as the plan says. They agree on the start by their clocks, which are compared
 * with ours first. A worker that is lost does not end the load: what is missing is named.
 *
 * What this process has to do grows with workers and seconds, not with requests.
 */
export class ClusterSender implements LoadSender<AuditedLoadSummary> {
  readonly leadMs = LEAD_MS;
  readonly targetUrl: () => Promise<string>;
  readonly #options: ClusterSenderOptions;
  #run: WorkersRun | undefined;
  #isMade = false;

  constructor(options: ClusterSenderOptions) {
    this.#options = options;
    this.targetUrl = options.targetUrl;
  }

  /**
   * Makes the pods and waits until each has its plan and its clock is known.
   *
   * @throws {LabError} `LOAD_INVALID` when the plan has faults, all of them named; `SENDER_FAILED` when
   *   workers do not come to run, with their reasons.
   */
  async prepare(plan: LoadPlan, { signal, onNote }: PrepareOptions): Promise<void> {
    const { pods, engine } = this.#options;
    const wanted = plan.fromCluster?.workers ?? 'auto';
    const faults = [...planFaults(plan, 'http://127.0.0.1:80'), ...workerFaults(plan, wanted)];
    if (faults.length > 0) {
      throw new LabError('LOAD_INVALID', `the load cannot be sent:\n  ${faults.join('\n  ')}`);
    }
    const count = wanted === 'auto' ? workersFor(plan) : wanted;
    this.#isMade = true;
    const lifeMs = PREPARATION_MS + durationMsOf(plan) + plan.timeoutMs + TELL_GRACE_MS;
    const all = await pods.start(count, { lifeMs, signal });
    const run = new WorkersRun(this.#options, all);
    this.#run = run;
    await run.prepare({ plan, engine, signal });
    onNote(run.description());
  }

  /**
   * See {@link LoadSender}.
   *
   * @throws {LabError} `SENDER_FAILED` when no worker told its whole share; and see {@link prepare}.
   */
  async send(plan: LoadPlan, options: SendOptions): Promise<AuditedLoadSummary> {
    const { signal, onNote = () => undefined } = options;
    if (this.#run === undefined) await this.prepare(plan, { signal, onNote });
    const run = this.#run;
    if (run === undefined) throw new TypeError('expected to be prepared');
    return run.send(plan, options);
  }

  async close(): Promise<void> {
    this.#run?.close();
    if (this.#isMade) await this.#options.pods.close();
  }
}

const PLAN_ID = 1;

/** The workers of one load. */
class WorkersRun {
  readonly #options: ClusterSenderOptions;
  readonly #links: readonly WorkerLink[];
  readonly #over = new AbortController();
  #seconds: SharedSeconds | undefined;
  #progress: SharedProgress | undefined;

  constructor(options: ClusterSenderOptions, pods: readonly WorkerPod[]) {
    const { clock } = options;
    this.#options = options;
    this.#links = pods.map((pod) => {
      const { index } = pod;
      return new WorkerLink({
        pod,
        share: { index, count: pods.length },
        clock,
        onSecond: (second) => this.#seconds?.add(index, second),
        onProgress: (progress) => this.#progress?.add(index, progress),
      });
    });
  }

  /** `8 load workers on 3 nodes, their clocks known to within 2 ms`. */
  description(): string {
    const nodes = this.#nodes();
    const on = nodes === undefined ? '' : ` on ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`;
    const many = this.#links.length;
    const clocks = `clocks known to within ${this.#uncertaintyMs().toFixed(1)} ms`;
    return `the load is sent by ${many} ${many === 1 ? 'worker' : 'workers'} in the cluster${on}, ${clocks}`;
  }

  async prepare({
    plan,
    engine,
    signal,
  }: {
    readonly plan: LoadPlan;
    readonly engine: EngineChoice;
    readonly signal: AbortSignal;
  }): Promise<void> {
    void this.#lookForEnded();
    const ready = Promise.all(
      this.#links.map(async (link) => {
        await link.open();
        const { share } = link;
        await link.plan({ kind: 'plan', id: PLAN_ID, plan: planShare(plan, share), engine, share });
      }),
    );
    const lost = Promise.race(
      this.#links.map(async (link) => {
        const end = await link.ended;
        if (end.kind === 'lost') throw failed(`${nameOf(link)} was lost: ${end.because}`);
        return undefined;
      }),
    );
    const late = this.#options.clock.sleep(READY_MS, this.#over.signal).then(() => {
      throw failed(`load workers are not ready after ${READY_MS / 1_000} s: ${this.#notReady()}`);
    });
    late.catch(() => undefined);
    lost.catch(() => undefined);
    await Promise.race([ready, lost, late, rejected(signal)]);
  }

  async send(plan: LoadPlan, options: SendOptions): Promise<AuditedLoadSummary> {
    const { signal, startAtMs, baseUrl, onNote } = options;
    const links = this.#links;
    const seconds = new SharedSeconds(links.length, options.onSecond);
    const progress = new SharedProgress(links.length, options.onProgress);
    this.#seconds = seconds;
    this.#progress = progress;
    const stop = (): void => this.#stop();
    for (const link of links) {
      const offsetMs = link.clockOffset?.offsetMs ?? 0;
      const ownStart = { id: PLAN_ID, baseUrl, startAtMs: startAtMs + offsetMs };
      void link.start({ kind: 'start', ...ownStart });
    }
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const lastMs = startAtMs + durationMsOf(plan) + plan.timeoutMs + TELL_GRACE_MS;
    this.#giveUpAfter(lastMs - this.#options.clock.now(), 'it told nothing more');
    try {
      const ends = await Promise.all(
        links.map(async (link) => {
          const end = await link.ended;
          seconds.ended(link.share.index);
          progress.ended(link.share.index);
          if (end.kind === 'lost' && !signal.aborted) onNote?.(lossText(link, end.because));
          return { link, end };
        }),
      );
      seconds.end();
      return this.#summary(ends, startAtMs);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  close(): void {
    this.#over.abort(new Error('closed'));
    for (const link of this.#links) link.close();
  }

  #stop(): void {
    for (const link of this.#links) link.stop();
    this.#giveUpAfter(STOP_GRACE_MS, `it did not stop within ${STOP_GRACE_MS} ms`);
  }

  #giveUpAfter(delayMs: number, because: string): void {
    const cancel = this.#options.clock.after(Math.max(0, delayMs), () => {
      for (const link of this.#links) link.giveUp(because);
    });
    this.#over.signal.addEventListener('abort', cancel, { once: true });
  }

  #summary(
    ends: readonly { readonly link: WorkerLink; readonly end: ShareEnd }[],
    startedAtMs: number,
  ): AuditedLoadSummary {
    const done = ends.flatMap(({ link, end }) =>
      end.kind === 'done' ? [byOurClock(end.share, link)] : [],
    );
    const missing = ends.flatMap(({ link, end }) => missingOf(link, end));
    if (done.length === 0) {
      const { length } = ends;
      const who = length === 1 ? 'the load worker was' : `all ${length} load workers were`;
      throw failed(`${who} lost: ${missing.map(({ because }) => because).join('; ')}`);
    }
    const merged = mergeSummaries(done);
    const nodes = this.#nodes();
    const workers = {
      count: ends.length,
      ...(nodes === undefined ? {} : { nodes }),
      clockUncertaintyMs: this.#uncertaintyMs(),
      missing,
    };
    // of several machines it would tell nothing
    const { machineShare: _share, ...audit } = merged.audit;
    return { ...merged, startedAtMs, audit: withMissing(audit, missing, ends.length), workers };
  }

  #nodes(): number | undefined {
    const names = this.#links.map(({ pod }) => pod.node);
    return names.includes(undefined) ? undefined : new Set(names).size;
  }

  #uncertaintyMs(): number {
    return Math.max(0, ...this.#links.map((link) => link.clockOffset?.uncertaintyMs ?? 0));
  }

  #notReady(): string {
    const waiting = this.#links.filter(({ clockOffset }) => clockOffset === undefined);
    const reasons = waiting.map((link) => `${nameOf(link)}: ${link.attachFailure ?? 'no answer'}`);
    return reasons.length === 0 ? 'they have no plan yet' : reasons.join('; ');
  }

  /** Links themselves cannot tell a worker that ended from a connection that broke. */
  async #lookForEnded(): Promise<void> {
    const { clock, pods } = this.#options;
    const { signal } = this.#over;
    while (!signal.aborted) {
      try {
        const ended = await pods.ended();
        for (const link of this.#links) {
          const because = ended.get(link.share.index);
          if (because !== undefined) link.podEnded(because);
        }
      } catch {
        // the cluster does not answer: nothing is known, and the load goes on
      }
      try {
        await clock.sleep(LOOK_MS, signal);
      } catch {
        return; // closed
      }
    }
  }
}

function byOurClock({ summary, sendLag }: ShareSummary, link: WorkerLink): ShareSummary {
  const endedAtMs = summary.endedAtMs - (link.clockOffset?.offsetMs ?? 0);
  const { index, count } = link.share;
  return {
    name: `worker ${index + 1} of ${count}`,
    summary: { ...summary, endedAtMs },
    sendLag,
  };
}

function missingOf(link: WorkerLink, end: ShareEnd): readonly MissingShare[] {
  const { index } = link.share;
  const fromSecond = (link.lastSecond ?? -1) + 1;
  if (end.kind === 'lost') return [{ index, fromSecond, because: end.because }];
  const { lost } = link;
  return lost === undefined
    ? []
    : [
        {
          index,
          fromSecond: lost.fromSecond,
          because: `the cluster did not keep ${lost.lines} lines of its log`,
        },
      ];
}

/** What is not whole is no result, whoever is to blame. */
function withMissing<T extends AuditedLoadSummary['audit']>(
  audit: T,
  missing: readonly MissingShare[],
  count: number,
): T {
  if (missing.length === 0) return audit;
  const texts = missing.map(
    ({ index, fromSecond, because }) =>
      `worker ${index + 1} of ${count} was lost (${because}): its share, 1 of ${count} of all arrivals, is missing from second ${fromSecond} on`,
  );
  const reasons = [...texts, ...(audit.because === undefined ? [] : [audit.because])];
  return { ...audit, isSaturated: true, because: reasons.join('; ') };
}

function lossText(link: WorkerLink, because: string): string {
  const { index, count } = link.share;
  const from = (link.lastSecond ?? -1) + 1;
  return `load worker ${index + 1} of ${count} was lost (${because}); its share is missing from second ${from} of the load on`;
}

function nameOf({ share, pod }: WorkerLink): string {
  return `load worker ${share.index + 1} of ${share.count} (pod ${pod.name})`;
}

function failed(message: string): LabError {
  return new LabError('SENDER_FAILED', message);
}

/** Rejects with the signal's reason when it aborts. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
