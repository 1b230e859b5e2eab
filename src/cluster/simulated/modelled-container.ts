/** A modelled container as the kubelet sees it: started, probed, signalled, ended. */
import type { LifecycleHandler, Probe } from '../../core/objects.js';
import { milliValue, wholeValue } from '../../core/quantity.js';
import type { Random } from '../../core/random.js';
import { drawOf } from '../../core/scatter.js';
import type { ServiceModel } from '../../core/service-model.js';
import type {
  ActionResult,
  ContainerStart,
  ContainerUsage,
  ProbeResult,
  ReadableContainer,
  RunningContainer,
} from '../../control-plane/pod-runtime.js';
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import type { CpuUse } from './cpu-budget.js';
import type { CpuDrift } from './cpu-drift.js';
import { EventLoop } from './event-loop.js';
import { ModelledService } from './modelled-service.js';
import type { NodeCpus, NodeThread } from './node-cpus.js';
import { serviceSettings } from './service-settings.js';

/** What a container is made from. */
export interface ModelledContainerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly model: ServiceModel;
  readonly node: NodeCpus;
  readonly drift: CpuDrift;
  readonly start: ContainerStart;
  readonly podUid: string;
  readonly podIP: string;
  /** Its process runs: its use can be read. */
  readonly onStarted: () => void;
  readonly onGone: () => void;
}

/** Linux's `cpu.shares` of a container that asks for nothing, in thousandths of a CPU. */
const LEAST_WEIGHT = 2;
const SIGKILL = 9;
const DEFAULT_PROBE_TIMEOUT_S = 1;

/** Runs from its making until it ends by itself, by a signal or with its pod. */
export class ModelledContainer implements RunningContainer {
  readonly #options: ModelledContainerOptions;
  readonly #loop: EventLoop;
  readonly #thread: NodeThread;
  readonly #memoryLimitBytes: number;
  readonly #cancels = new Set<Cancel>();
  readonly #spared = new Set<SparedProbes>();
  /** Of probes that were spared before. */
  #sparedCpuMs = 0;
  #service: ModelledService | undefined;
  #startedAtMs: number | undefined;
  #isOver = false;

  constructor(options: ModelledContainerOptions) {
    const { clock, random, model, start, node } = options;
    const { requests, limits } = start.container.resources ?? {};
    this.#options = options;
    const memoryLimit = limits?.['memory'];
    this.#memoryLimitBytes =
      memoryLimit === undefined ? Number.POSITIVE_INFINITY : wholeValue(memoryLimit);
    const limit = limits?.['cpu'];
    this.#loop = new EventLoop({
      clock,
      speed: model.threadCpus,
      phaseMs: clock.now() + random.child('cfs-phase').next() * 100,
      ...(limit === undefined ? {} : { limitCpus: milliValue(limit) / 1_000 }),
      onBusy: (isBusy) => node.set(this.#thread, isBusy),
    });
    const weight = Math.max(LEAST_WEIGHT, milliValue(requests?.['cpu'] ?? '0'));
    this.#thread = { loop: this.#loop, weight, threadCpus: model.threadCpus };
    const startMs = drawOf(model.processStartMs, random.child('start'))();
    this.#after(startMs, () => this.#start());
  }

  /** Absent while it starts and when it is over. */
  get service(): ModelledService | undefined {
    return this.#isOver ? undefined : this.#service;
  }

  /** As something to be read alone; absent while it starts and when it is over. */
  get readable(): ReadableContainer | undefined {
    const startedAtMs = this.#startedAtMs;
    if (startedAtMs === undefined || this.#isOver || this.#service === undefined) return undefined;
    const { podUid, start } = this.#options;
    return {
      podUid,
      container: start.container.name,
      startedAtMs,
      memoryChanges: this.#service.memoryChanges,
      read: () => this.usage(),
    };
  }

  /** Its use so far; absent while it starts and when it is over. */
  usage(): ContainerUsage | undefined {
    const { clock, model, podUid, start } = this.#options;
    const startedAtMs = this.#startedAtMs;
    if (startedAtMs === undefined || this.#isOver || this.#service === undefined) return undefined;
    const { cpuMs, periods, throttledPeriods, throttledMs } = sumOf(
      this.#loop.use(),
      this.#service.batchUse(),
    );
    let probesMs = this.#sparedCpuMs;
    for (const spared of this.#spared) probesMs += sparedCpuMs(spared, clock.now());
    const idleMs = ((clock.now() - startedAtMs) * model.idleMillicores) / 1_000;
    const memoryBytes = Math.round(this.#service.memoryBytes());
    if (memoryBytes > this.#memoryLimitBytes) {
      this.#soon(() => this.#exit(128 + SIGKILL, { signal: SIGKILL, isOutOfMemory: true }));
    }
    return {
      podUid,
      container: start.container.name,
      startedAtMs,
      cpuMs: cpuMs + probesMs + idleMs,
      memoryBytes,
      throttled: { periods, throttledPeriods, throttledMs },
    };
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#isOver) return;
    if (signal === 'SIGTERM' && this.#service !== undefined) this.#service.drain();
    else this.#soon(() => this.#exit(128 + SIGKILL, { signal: SIGKILL, isOutOfMemory: false }));
  }

  probe(probe: Probe, done: (result: ProbeResult) => void): Cancel {
    let isDone = false;
    const finish = (result: ProbeResult): void => {
      if (isDone) return;
      isDone = true;
      cancelLate();
      done(result);
    };
    const seconds = probe.timeoutSeconds ?? DEFAULT_PROBE_TIMEOUT_S;
    const url = this.#urlOf(probe);
    const cancelLate = this.#after(seconds * 1_000, () =>
      finish({ kind: 'failure', message: lateMessage(probe, url, seconds) }),
    );
    this.#soon(() => {
      const service = this.service;
      if (service?.isListening !== true) {
        finish(probe.exec === undefined ? refused(probe, url) : { kind: 'success' });
      } else if (probe.httpGet === undefined) {
        finish({ kind: 'success' });
      } else {
        const path = (probe.httpGet.path ?? '/').split('?', 1)[0] ?? '/';
        service.probe(path, (status) => finish(resultOf(status)));
      }
    });
    return () => {
      isDone = true;
      cancelLate();
    };
  }

  spareProbes(
    probe: Probe,
    { fromMs, everyMs }: { readonly fromMs: EpochMs; readonly everyMs: number },
    onUnsure: () => void,
  ): Cancel | undefined {
    const { clock, model } = this.#options;
    const timeoutMs = (probe.timeoutSeconds ?? DEFAULT_PROBE_TIMEOUT_S) * 1_000;
    const cpuMs = probe.httpGet === undefined ? 0 : model.probeCpuMs;
    const spared = { fromMs, everyMs, cpuMs };
    const end = (): void => {
      if (!this.#spared.delete(spared)) return;
      this.#sparedCpuMs += sparedCpuMs(spared, clock.now());
      cancel?.();
    };
    const cancel = this.service?.whileWell(timeoutMs / 2, () => {
      end();
      onUnsure();
    });
    if (cancel === undefined) return undefined;
    this.#spared.add(spared);
    return end;
  }

  /** A hook's command takes no time and succeeds: what it would do is not modelled. */
  act(_handler: LifecycleHandler, done: (result: ActionResult) => void): Cancel {
    return this.#soon(() => done({ kind: 'success' }));
  }

  /** Ends it with its pod; nothing more is told. */
  close(): void {
    if (this.#isOver) return;
    this.#end();
  }

  #start(): void {
    const { clock, random, model, drift, start, podUid, node } = this.#options;
    const { weight, threadCpus } = this.#thread;
    const limit = start.container.resources?.limits?.['cpu'];
    const limitCpus = limit === undefined ? undefined : milliValue(limit) / 1_000;
    this.#startedAtMs = clock.now();
    this.#service = new ModelledService({
      clock,
      random: random.child('service'),
      model,
      drift,
      settings: serviceSettings(start.env),
      loop: this.#loop,
      cpu: { threadCpus, weight, node, ...(limitCpus === undefined ? {} : { limitCpus }) },
      onExit: (exitCode) => this.#exit(exitCode, { isOutOfMemory: false }),
    });
    this.#options.onStarted();
    start.onEvent({
      kind: 'started',
      atMs: clock.now(),
      containerID: `simulated://${podUid}/${start.container.name}/${start.attempt}`,
    });
  }

  #exit(
    exitCode: number,
    how: { readonly signal?: number; readonly isOutOfMemory: boolean },
  ): void {
    if (this.#isOver) return;
    const { clock, start } = this.#options;
    this.#end();
    start.onEvent({ kind: 'exited', atMs: clock.now(), exitCode, ...how });
  }

  #end(): void {
    this.#isOver = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    this.#spared.clear();
    this.#service?.end();
    this.#loop.stop();
    this.#options.onGone();
  }

  #urlOf({ httpGet }: Probe): string {
    const { podIP, start } = this.#options;
    if (httpGet === undefined) return '';
    const { port, path = '/' } = httpGet;
    const named = start.container.ports?.find(({ name }) => name === port)?.containerPort;
    const scheme = httpGet.scheme?.toLowerCase() ?? 'http';
    return `${scheme}://${httpGet.host ?? podIP}:${named ?? port}${path}`;
  }

  #soon(task: () => void): Cancel {
    return this.#after(0, task);
  }

  #after(delayMs: number, task: () => void): Cancel {
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      if (!this.#isOver) task();
    });
    this.#cancels.add(cancel);
    return () => {
      this.#cancels.delete(cancel);
      cancel();
    };
  }
}

/** Probes that would find nothing new. */
interface SparedProbes {
  readonly fromMs: EpochMs;
  readonly everyMs: number;
  /** Of each. */
  readonly cpuMs: number;
}

/** What the probes before an instant took. */
function sparedCpuMs({ fromMs, everyMs, cpuMs }: SparedProbes, nowMs: EpochMs): number {
  return cpuMs * Math.max(0, Math.ceil((nowMs - fromMs) / everyMs));
}

function sumOf(use: CpuUse, more: CpuUse | undefined): CpuUse {
  if (more === undefined) return use;
  return {
    cpuMs: use.cpuMs + more.cpuMs,
    periods: use.periods + more.periods,
    throttledPeriods: use.throttledPeriods + more.throttledPeriods,
    throttledMs: use.throttledMs + more.throttledMs,
  };
}

function resultOf(status: number): ProbeResult {
  return status >= 200 && status < 400
    ? { kind: 'success' }
    : { kind: 'failure', message: `HTTP probe failed with statuscode: ${status}` };
}

function refused({ httpGet, tcpSocket, grpc }: Probe, url: string): ProbeResult {
  if (httpGet !== undefined) {
    const address = url.replace(/^\w+:\/\//, '').replace(/\/.*$/, '');
    const message = `Get "${url}": dial tcp ${address}: connect: connection refused`;
    return { kind: 'failure', message };
  }
  const port = String(tcpSocket?.port ?? grpc?.port ?? '');
  return { kind: 'failure', message: `dial tcp :${port}: connect: connection refused` };
}

function lateMessage({ exec }: Probe, url: string, seconds: number): string {
  if (exec !== undefined) return `command timed out after ${seconds}s`;
  return `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
}
