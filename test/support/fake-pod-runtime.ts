/** A scripted `PodRuntime`: containers that start, fail, answer probes and end as a test says. */
import type { LifecycleHandler, Pod, Probe } from '../../src/core/objects.js';
import type {
  ActionResult,
  ContainerStart,
  PodRuntime,
  PodSandbox,
  ProbeResult,
  RunningContainer,
  VolumeContent,
} from '../../src/control-plane/pod-runtime.js';
import type { Cancel, Clock } from '../../src/time/clock.js';

/** How the containers of one name behave. */
export interface FakeContainerScript {
  /** From the start to the `started` event. Default 100. */
  readonly startMs?: number;
  /** Refuses to start so, for all attempts or those the function names. */
  readonly refuse?: (
    attempt: number,
  ) => { reason: 'RunContainerError'; message: string } | undefined;
  /** Ends by itself so long after it started. */
  readonly exits?: (
    attempt: number,
  ) =>
    | { readonly afterMs: number; readonly exitCode: number; readonly isOutOfMemory?: boolean }
    | undefined;
  /** Ends so long after SIGTERM with that code (default 50 ms, 0); `never` waits for SIGKILL. */
  readonly onTerm?: { readonly afterMs: number; readonly exitCode: number } | 'never';
  /** Answers a probe at `sinceStartMs`; default success. `hang` answers after the time-out. */
  /** How its hooks go, and how long they take; default success after 1 ms. */
  readonly act?: (handler: LifecycleHandler) => {
    readonly afterMs: number;
    readonly result: ActionResult;
  };
  readonly probe?: (sinceStartMs: number, probe: Probe, attempt: number) => ProbeResult | 'hang';
}

/** One thing the runtime was asked for, with the instant in ms since the clock's first use. */
export interface FakeCall {
  readonly atMs: number;
  readonly what: string;
}

/** Starts scripted containers on the clock that it is given. */
export class FakePodRuntime implements PodRuntime {
  readonly hostIP = '10.0.0.1';
  readonly calls: FakeCall[] = [];
  readonly starts: ContainerStart[] = [];
  /** Why images cannot be had, by name. */
  readonly imageFaults = new Map<string, string>();
  /** What volumes hold now, as `pod/volume`. */
  readonly volumes = new Map<string, VolumeContent>();
  openSandboxes = 0;
  mappedPorts: ReadonlyMap<number, number> = new Map();
  readonly #clock: Clock;
  readonly #scripts: Readonly<Record<string, FakeContainerScript>>;
  readonly #originMs: number;
  #pods = 0;

  constructor(clock: Clock, scripts: Readonly<Record<string, FakeContainerScript>> = {}) {
    this.#clock = clock;
    this.#scripts = scripts;
    this.#originMs = clock.now();
  }

  openPod(pod: Pod): PodSandbox {
    this.openSandboxes++;
    const podIP = `10.1.0.${++this.#pods}`;
    this.#call(`open ${pod.metadata.name}`);
    let isOpen = true;
    const running = new Set<FakeContainer>();
    return {
      podIP,
      mappedPorts: this.mappedPorts,
      imageFault: (image) => this.imageFaults.get(image),
      setVolume: (name, content) => {
        this.volumes.set(`${pod.metadata.name}/${name}`, content);
        this.#call(`volume ${name}`);
      },
      startContainer: (start) => {
        this.starts.push(start);
        this.#call(`start ${start.container.name}#${start.attempt}`);
        const script = this.#scripts[start.container.name] ?? {};
        const container = new FakeContainer({
          start,
          script,
          clock: this.#clock,
          call: (what) => this.#call(what),
        });
        running.add(container);
        return container;
      },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        this.openSandboxes--;
        this.#call(`close ${pod.metadata.name}`);
        for (const container of running) container.vanish();
      },
    };
  }

  /** The calls whose text matches, as `ms what`. */
  log(pattern: RegExp = /./): string[] {
    return this.calls
      .filter(({ what }) => pattern.test(what))
      .map(({ atMs, what }) => `${Math.round(atMs)} ${what}`);
  }

  #call(what: string): void {
    this.calls.push({ atMs: this.#clock.now() - this.#originMs, what });
  }
}

interface FakeContainerOptions {
  readonly start: ContainerStart;
  readonly script: FakeContainerScript;
  readonly clock: Clock;
  readonly call: (what: string) => void;
}

class FakeContainer implements RunningContainer {
  readonly #options: FakeContainerOptions;
  #startedAtMs: number | undefined;
  #isOver = false;

  constructor(options: FakeContainerOptions) {
    this.#options = options;
    const { start, script, clock } = options;
    clock.after(script.startMs ?? 100, () => {
      if (this.#isOver) return;
      const refusal = script.refuse?.(start.attempt);
      if (refusal !== undefined) {
        this.#isOver = true;
        start.onEvent({ kind: 'not-started', ...refusal });
        return;
      }
      this.#startedAtMs = clock.now();
      const containerID = `fake://${start.container.name}-${start.attempt}`;
      start.onEvent({ kind: 'started', atMs: clock.now(), containerID });
      const exit = script.exits?.(start.attempt);
      if (exit !== undefined) {
        clock.after(exit.afterMs, () => this.#exit(exit.exitCode, undefined, exit.isOutOfMemory));
      }
    });
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#isOver) return;
    const { start, script, clock, call } = this.#options;
    call(`${signal} ${start.container.name}`);
    if (signal === 'SIGKILL') {
      clock.after(1, () => this.#exit(137, 9));
    } else if (script.onTerm !== 'never') {
      const { afterMs, exitCode } = script.onTerm ?? { afterMs: 50, exitCode: 0 };
      clock.after(afterMs, () => this.#exit(exitCode));
    }
  }

  probe(probe: Probe, done: (result: ProbeResult) => void): Cancel {
    const { start, script, clock, call } = this.#options;
    const sinceStartMs = clock.now() - (this.#startedAtMs ?? 0);
    call(`probe ${start.container.name} ${probe.httpGet?.path ?? ''}`);
    const answer = script.probe?.(sinceStartMs, probe, start.attempt) ?? { kind: 'success' };
    if (answer === 'hang') {
      const message = 'context deadline exceeded';
      return clock.after((probe.timeoutSeconds ?? 1) * 1_000, () =>
        done({ kind: 'failure', message }),
      );
    }
    // A container that is over tells nothing any more, as real ones.
    return clock.after(1, () => {
      if (!this.#isOver) done(answer);
    });
  }

  act(handler: LifecycleHandler, done: (result: ActionResult) => void): Cancel {
    const { start, script, clock, call } = this.#options;
    call(`hook ${start.container.name} ${handler.exec?.command?.join(' ') ?? 'http'}`);
    const { afterMs, result } = script.act?.(handler) ?? {
      afterMs: 1,
      result: { kind: 'success' },
    };
    return clock.after(afterMs, () => done(result));
  }

  vanish(): void {
    this.#isOver = true;
  }

  #exit(exitCode: number, signal?: number, isOutOfMemory = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const atMs = this.#options.clock.now();
    this.#options.start.onEvent({
      kind: 'exited',
      atMs,
      exitCode,
      isOutOfMemory,
      ...(signal === undefined ? {} : { signal }),
    });
  }
}
