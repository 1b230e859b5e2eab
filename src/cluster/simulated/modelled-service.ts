/** A running service in the model: it starts, listens, answers and ends as the sample service does. */
import { askedCpuMs, type RequestModel, type ServiceModel } from '../../core/service-model.js';
import { drawOf } from '../../core/scatter.js';
import type { Random } from '../../core/random.js';
import type { Cancel, Clock } from '../../time/clock.js';
import { AcceptQueue, type Arrival } from './accept-queue.js';
import type { CpuUse } from './cpu-budget.js';
import type { CpuDrift } from './cpu-drift.js';
import type { EventLoop, Job } from './event-loop.js';
import { FluidQueue } from './fluid-queue.js';
import type { NodeCpus } from './node-cpus.js';
import type { ServiceSettings } from './service-settings.js';

/** What a service is made from. */
export interface ModelledServiceOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly model: ServiceModel;
  readonly drift: CpuDrift;
  readonly settings: ServiceSettings;
  readonly loop: EventLoop;
  readonly cpu: BatchedCpu;
  /** It ended by itself, or because it was told to; not called after `end`. */
  readonly onExit: (exitCode: number) => void;
}

/** The CPU that a service may use. */
export interface BatchedCpu {
  /** CPUs that its thread gets when there is enough. */
  readonly threadCpus: number;
  /** Absent: none. */
  readonly limitCpus?: number;
  /** Its share where there is not enough for all. */
  readonly weight: number;
  readonly node: NodeCpus;
}

/** A service to which requests come in batches. */
export interface BatchedService {
  readonly queue: FluidQueue;
  readonly cpu: BatchedCpu;
  /** CPU time of a request that does not ask for another, ms. */
  readonly workCpuMs: number;
  /** How dear requests are now, as a factor. */
  readonly drift: () => number;
}

/** A client's side of a connection to a service. */
export interface ModelledConnection {
  /** Asks once; `onAnswer` is called when the answer is complete, never when the service ends before. */
  request(path: string, onAnswer: (status: number) => void): void;
  /** Closed by the client. */
  close(): void;
}

/**
 * Lives from its making to `end`. Requests and probes stand in one line before one thread, so that a
 * service with too much to do answers its probes late, as a real one does.
 */
export class ModelledService {
  readonly #options: ModelledServiceOptions;
  readonly #startedMs: number;
  readonly #cpuOf: (path: string) => number;
  readonly #waitMs: () => number;
  /** What is told of its end, by connection. */
  readonly #connections = new Map<ModelledConnection, () => void>();
  readonly #queue = new AcceptQueue();
  /** Of connections with their first request under way. */
  readonly #arrivals = new Map<ModelledConnection, Arrival>();
  readonly #reset = new Set<ModelledConnection>();
  readonly #cancels: Cancel[] = [];
  #isListening = false;
  #drainsSinceMs: number | undefined;
  #isOver = false;
  #underWay = 0;
  #batched: BatchedService | undefined;
  readonly #wellWatchers = new Set<() => void>();

  constructor(options: ModelledServiceOptions) {
    const { clock, random, model, settings, loop } = options;
    this.#options = options;
    this.#startedMs = clock.now();
    this.#cpuOf = cpuOf(model.request, settings, random.child('cpu'));
    this.#waitMs = drawOf(model.request.waitMs, random.child('wait'));
    const boot = drawOf(model.bootCpuMs, random.child('boot'))();
    loop.submit({ cpuMs: boot, done: () => (this.#isListening = !this.#isOver) });
    if (settings.crashAfterMs !== undefined) this.#exitAfter(settings.crashAfterMs, 1);
  }

  /** Whether a new connection would be taken. */
  get isListening(): boolean {
    return this.#isListening;
  }

  /** Where requests come in batches, from the first call on. */
  get batched(): BatchedService {
    this.#batched ??= this.#takeBatches();
    return this.#batched;
  }

  /** What requests in batches used up to now; absent where none came. */
  batchUse(): CpuUse | undefined {
    return this.#batched?.queue.use(this.#options.clock.now());
  }

  /** Whether what it holds may become more or less. */
  get memoryChanges(): boolean {
    const { requestMemoryBytes, leakBytesPerSecond } = this.#options.settings;
    return requestMemoryBytes !== 0 || leakBytesPerSecond !== 0;
  }

  /** Bytes that it holds. */
  memoryBytes(): number {
    const { clock, model, settings } = this.#options;
    const aliveMs = clock.now() - this.#startedMs;
    return (
      model.memoryBytes +
      (this.#underWay + (this.#batched?.queue.underWay ?? 0)) * settings.requestMemoryBytes +
      (aliveMs / 1_000) * settings.leakBytesPerSecond
    );
  }

  /** Opens a connection; undefined when it is refused. `onClosed`: the service closed it. */
  connect(onClosed: () => void): ModelledConnection | undefined {
    if (!this.#isListening) return undefined;
    let isFirst = true;
    const connection: ModelledConnection = {
      request: (path, onAnswer) => {
        if (isFirst) this.#arrive(connection, path, onAnswer);
        else {
          this.#queue.continue();
          this.#take(connection, path, onAnswer);
        }
        isFirst = false;
      },
      close: () => this.#connections.delete(connection),
    };
    this.#connections.set(connection, onClosed);
    return connection;
  }

  /**
   * Whether every probe from now on would be answered well and within so long; if so, `onChange` is called once when
   * that is not sure any more. Undefined: it is not.
   */
  whileWell(waitMs: number, onChange: () => void): Cancel | undefined {
    const { clock, settings } = this.#options;
    const { readyFailFromMs, readyFailToMs, readyMaxEventLoopLagMs, startDelayMs } = settings;
    const canFail = [readyFailFromMs, readyFailToMs, readyMaxEventLoopLagMs].some(
      (setting) => setting !== undefined,
    );
    const isYoung = clock.now() < this.#startedMs + startDelayMs;
    if (canFail || isYoung || !this.#isListening || this.#drainsSinceMs !== undefined) {
      return undefined;
    }
    const end = (): void => {
      this.#wellWatchers.delete(watcher);
      cancel?.();
    };
    const watcher = (): void => {
      end();
      onChange();
    };
    const cancel = this.#batched?.queue.whileQuick(waitMs, watcher);
    if (cancel === undefined) return undefined;
    this.#wellWatchers.add(watcher);
    return end;
  }

  /** Answers a probe's request when its turn comes; the status is decided then. */
  probe(path: string, onAnswer: (status: number) => void): void {
    // a probe opens a connection of its own, and waits as all do
    const waitMs = this.#batched?.queue.waitMs(this.#options.clock.now());
    if (this.#batched !== undefined && waitMs === undefined) return;
    if (waitMs === undefined || waitMs === 0) this.#probe(path, onAnswer);
    else this.#after(waitMs, () => this.#probe(path, onAnswer));
  }

  #probe(path: string, onAnswer: (status: number) => void): void {
    if (this.#queue.arrive() === undefined) return;
    this.#options.loop.submit({
      cpuMs: this.#options.model.probeCpuMs,
      done: () => {
        this.#queue.done();
        onAnswer(path === '/ready' && !this.#isReady() ? 503 : 200);
      },
    });
  }

  /** SIGTERM: not ready any more, and after the drain delay no new connections; ends when all is answered. */
  drain(): void {
    if (this.#drainsSinceMs !== undefined || this.#isOver) return;
    const { clock, settings } = this.#options;
    this.#drainsSinceMs = clock.now();
    for (const watcher of this.#wellWatchers) watcher();
    this.#after(settings.drainDelayMs, () => {
      this.#isListening = false;
      this.#resetWaiting();
      this.#batched?.queue.closeListener(clock.now());
      this.#closeIdle();
      this.#endIfDone();
    });
    this.#exitAfter(settings.shutdownGraceMs, 1);
  }

  /** Ends it at once; connections are closed. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isListening = false;
    for (const cancel of this.#cancels) cancel();
    this.#options.loop.stop();
    this.#batched?.queue.end(this.#options.clock.now());
    const closed = [...this.#connections.values()];
    this.#connections.clear();
    for (const onClosed of closed) onClosed();
  }

  #takeBatches(): BatchedService {
    const { clock, cpu, drift, random, settings } = this.#options;
    const waits = random.child('probe-waits');
    const queue = new FluidQueue({
      nowMs: clock.now(),
      answersFromMs: this.#startedMs + settings.startDelayMs,
      draw: () => waits.next(),
    });
    return { queue, cpu, workCpuMs: settings.workCpuMs, drift: () => drift.factor };
  }

  /** The first request of a connection: where the queue is full it never comes, and nobody says so. */
  #arrive(connection: ModelledConnection, path: string, onAnswer: (status: number) => void): void {
    const arrival = this.#queue.arrive();
    if (arrival === undefined) return;
    this.#arrivals.set(connection, arrival);
    this.#take(connection, path, onAnswer);
  }

  /** Connections that the service never took go with its listener, and cost it nothing. */
  #resetWaiting(): void {
    for (const [connection, { isTaken }] of this.#arrivals) {
      if (isTaken()) continue;
      this.#arrivals.delete(connection);
      this.#reset.add(connection);
      this.#underWay--;
      const onClosed = this.#connections.get(connection);
      this.#connections.delete(connection);
      onClosed?.();
    }
  }

  #take(connection: ModelledConnection, path: string, onAnswer: (status: number) => void): void {
    const { clock, drift, loop, settings } = this.#options;
    this.#underWay++;
    const answer = (): void => {
      if (this.#isOver) return;
      this.#underWay--;
      const isConnected = this.#connections.has(connection);
      if (isConnected) {
        onAnswer(clock.now() < this.#startedMs + settings.startDelayMs ? 503 : 200);
      }
      if (this.#drainsSinceMs !== undefined) this.#afterDrainedAnswer(connection);
    };
    const cpuMs = this.#cpuOf(path) * drift.factor;
    const reset = this.#reset;
    loop.submit(
      new RequestJob(cpuMs, {
        isReset: () => reset.has(connection),
        done: () => {
          this.#queue.done();
          this.#arrivals.delete(connection);
          if (reset.delete(connection)) return;
          const waitMs = this.#waitMs();
          if (waitMs > 0) clock.after(waitMs, answer);
          else answer();
        },
      }),
    );
  }

  /** While it drains, an answer says `Connection: close`, and the connection is closed. */
  #afterDrainedAnswer(connection: ModelledConnection): void {
    const onClosed = this.#connections.get(connection);
    this.#connections.delete(connection);
    onClosed?.();
    this.#endIfDone();
  }

  #closeIdle(): void {
    if (this.#underWay > 0) return;
    const closed = [...this.#connections.values()];
    this.#connections.clear();
    for (const onClosed of closed) onClosed();
  }

  #endIfDone(): void {
    if (this.#drainsSinceMs === undefined || this.#isListening || this.#underWay > 0) return;
    const leftMs = this.#batched?.queue.emptyInMs(this.#options.clock.now()) ?? 0;
    if (leftMs > 0) this.#after(leftMs, () => this.#exit(0));
    else this.#exit(0);
  }

  #isReady(): boolean {
    const { clock, settings, loop } = this.#options;
    const aliveMs = clock.now() - this.#startedMs;
    const { readyFailFromMs, readyFailToMs = Number.POSITIVE_INFINITY } = settings;
    const isFaulty =
      readyFailFromMs !== undefined && aliveMs >= readyFailFromMs && aliveMs < readyFailToMs;
    const lagMs = loop.longestTurnMs(1_000);
    const isLate = lagMs > (settings.readyMaxEventLoopLagMs ?? Number.POSITIVE_INFINITY);
    return (
      aliveMs >= settings.startDelayMs && this.#drainsSinceMs === undefined && !isFaulty && !isLate
    );
  }

  #exitAfter(delayMs: number, exitCode: number): void {
    this.#after(delayMs, () => this.#exit(exitCode));
  }

  #exit(exitCode: number): void {
    if (this.#isOver) return;
    this.end();
    this.#options.onExit(exitCode);
  }

  #after(delayMs: number, task: () => void): void {
    this.#cancels.push(this.#options.clock.after(delayMs, () => !this.#isOver && task()));
  }
}

/** CPU time of a request by its path. */
function cpuOf(
  { cpu }: RequestModel,
  { workCpuMs }: ServiceSettings,
  random: Random,
): (path: string) => number {
  if (cpu.kind === 'drawn') return drawOf(cpu.cpuMs, random);
  const beyondMs = drawOf(cpu.beyondCpuMs, random);
  const asked = new Map<string, number>();
  return (path) => {
    let workMs = asked.get(path);
    if (workMs === undefined) {
      workMs = askedCpuMs(path) ?? workCpuMs;
      if (asked.size < 1_000) asked.set(path, workMs);
    }
    return workMs + beyondMs();
  };
}

/** The work of one request; it costs nothing any more when its connection was reset before its turn. */
class RequestJob implements Job {
  readonly done: () => void;
  readonly #cpuMs: number;
  readonly #isReset: () => boolean;

  constructor(
    cpuMs: number,
    { isReset, done }: { readonly isReset: () => boolean; readonly done: () => void },
  ) {
    this.#cpuMs = cpuMs;
    this.#isReset = isReset;
    this.done = done;
  }

  get cpuMs(): number {
    return this.#isReset() ? 0 : this.#cpuMs;
  }
}
