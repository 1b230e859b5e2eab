/** One start of one container: a process group with its limits, its log and its usage. */
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { LifecycleHandler, Probe } from '../../../core/objects.js';
import type {
  ActionResult,
  ContainerEvent,
  ContainerStart,
  ProbeResult,
  RunningContainer,
} from '../../../control-plane/pod-runtime.js';
import type { Cancel, Clock, EpochMs } from '../../../time/clock.js';
import type {
  AccessibleContainer,
  CommandRequest,
  RunningCommand,
} from '../streams/container-access.js';
import { sendSignal } from '../run-guard/process-files.js';
import type { RunGuard } from '../run-guard/run-guard.js';
import { attachTo } from './container-attach.js';
import { runCommand } from './container-exec.js';
import type { ContainerGroup } from './container-group.js';
import type { ContainerLog } from './container-log.js';
import { watchMemory } from './memory-watch.js';
import { runAction, runProbe } from './run-probe.js';
import { findProgram, spawnGroup } from './spawned-process.js';
import type { SpawnOptions } from './spawned-process.js';
import { residentBytes } from './process-usage.js';
import type { SignalLimiter } from './signal-limiter.js';
import { failureHint, fileMessage, logMessage } from './termination-message.js';
import type { Throttling, UsageReader } from './usage-reader.js';

/** What a container is started with. */
export interface ProcessContainerOptions {
  readonly start: ContainerStart;
  readonly clock: Clock;
  readonly guard: RunGuard;
  readonly command: Omit<SpawnOptions, 'joinFiles'>;
  /** Absent: no control groups. */
  readonly group: ContainerGroup | undefined;
  readonly log: ContainerLog;
  readonly podIP: string;
  readonly realPort: (containerPort: number) => number;
  /** Puts the real paths of mounts into a text. */
  readonly withRealPaths: (text: string) => string;
  /** The file that the container may write to before it ends. */
  readonly messageFile: string;
  /** Bytes that are watched over because no kernel does; absent: none are. */
  readonly watchedMemoryBytes: number | undefined;
  /** Reads the use of a process that is in no control group; absent: nothing can. */
  readonly usageOf: (pid: number) => UsageReader | undefined;
  /** A limiter for the process, when limits are held by signals. */
  readonly limit: (pid: number, usage: UsageReader) => SignalLimiter | undefined;
  /** The container's group has ended and can be removed. */
  readonly onGone: (container: ProcessContainer) => void;
}

const SIGNAL_EXIT_BASE = 128;
/** How long the end of a container's output is waited for when it is its last message. */
const LAST_OUTPUT_MS = 500;

/** See the file's first line. */
export class ProcessContainer implements RunningContainer, AccessibleContainer {
  readonly name: string;
  readonly group: ContainerGroup | undefined;
  readonly #options: ProcessContainerOptions;
  readonly #spawnOptions: SpawnOptions;
  readonly #probes = new Set<Cancel>();
  readonly #commands = new Set<Cancel>();
  #child: ChildProcess | undefined;
  #pid: number | undefined;
  #startedAtMs: EpochMs | undefined;
  #usage: UsageReader | undefined;
  #limiter: SignalLimiter | undefined;
  #cancelWatch: Cancel | undefined;
  #isOver = false;
  #isMute = false;
  #isOverMemory = false;

  constructor(options: ProcessContainerOptions) {
    this.#options = options;
    this.name = options.start.container.name;
    this.group = options.group;
    this.#spawnOptions = { ...options.command, joinFiles: options.group?.joinFiles ?? [] };
    this.#spawn();
  }

  /** When it was started; absent before, and for one that never was. */
  get startedAtMs(): EpochMs | undefined {
    return this.#startedAtMs;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Cumulative use in real CPU time; absent when nothing can tell. */
  get usage(): UsageReader | undefined {
    return this.#usage;
  }

  /** Memory in use, bytes: what its group counts, else the resident pages of its first process. */
  memoryBytes(): number | undefined {
    return this.#usage?.memoryBytes() ?? residentBytes(this.#pid ?? 0);
  }

  /** Throttling by whichever limiter there is. */
  throttling(): Throttling | undefined {
    return this.#limiter?.throttling ?? this.#usage?.throttling();
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#isOver || this.#pid === undefined) return;
    sendSignal(-this.#pid, signal);
  }

  probe(probe: Probe, done: (result: ProbeResult) => void): Cancel {
    return this.#asked(done, (through) =>
      runProbe(this.#reached(), probe, { clock: this.#options.clock, done: through }),
    );
  }

  act(handler: LifecycleHandler, done: (result: ActionResult) => void): Cancel {
    const told = (result: ProbeResult): void =>
      done(result.kind === 'success' ? result : { kind: 'failure', message: result.message });
    return this.#asked(told, (through) =>
      runAction(this.#reached(), handler, { clock: this.#options.clock, done: through }),
    );
  }

  exec(request: CommandRequest): RunningCommand {
    const { argv: _, ...place } = this.#spawnOptions;
    const argv = request.argv.map(this.#options.withRealPaths);
    const { command, kill } = runCommand({ ...place, request: { ...request, argv } });
    this.#commands.add(kill);
    void command.end.then(() => this.#commands.delete(kill));
    return command;
  }

  attach(): RunningCommand {
    const isOnce = this.#options.start.container.stdinOnce === true;
    return attachTo(this.#child, { closesInput: isOnce });
  }

  /** Kills everything of the container at once and tells nobody. */
  kill(): void {
    this.#isMute = true;
    if (this.#isOver || this.#pid === undefined) return;
    this.#limiter?.close();
    sendSignal(-this.#pid, 'SIGCONT');
    sendSignal(-this.#pid, 'SIGKILL');
  }

  #reached() {
    const { start, podIP, realPort, withRealPaths } = this.#options;
    const { container } = start;
    return { container, podIP, realPort, withRealPaths, spawnOptions: this.#spawnOptions };
  }

  /** Starts something that ends with the container, and tells how it went unless it was cancelled. */
  #asked(
    done: (result: ProbeResult) => void,
    start: (through: (result: ProbeResult) => void) => Cancel,
  ): Cancel {
    const cancelIt = start((result) => {
      this.#probes.delete(cancel);
      if (!this.#isOver) done(result);
    });
    const cancel = (): void => {
      this.#probes.delete(cancel);
      cancelIt();
    };
    this.#probes.add(cancel);
    return cancel;
  }

  #spawn(): void {
    const { argv, env, workingDirectory } = this.#spawnOptions;
    const [program = ''] = argv;
    if (findProgram(program, env, workingDirectory) === undefined) {
      const message = `exec: "${program}": executable file not found in $PATH`;
      this.#refuse(message);
      return;
    }
    const child = this.#spawned();
    this.#child = child;
    if (child === undefined) return;
    const { log, clock } = this.#options;
    child.once('error', (error) => this.#refuse(error.message));
    this.#pid = child.pid;
    if (child.pid === undefined) return;
    this.#options.guard.protectGroup(child.pid);
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8');
      child[stream]?.on('data', (chunk: string) => log.write(stream, chunk, clock.now()));
    }
    this.#usage = this.group ?? this.#options.usageOf(child.pid);
    child.once('spawn', () => this.#started(child.pid ?? 0));
    child.once('exit', (code, signal) => this.#exited(code, signal));
    child.once('close', () => log.end(clock.now()));
  }

  /** Absent when Node itself refuses, for example a variable with a zero byte. */
  #spawned(): ChildProcess | undefined {
    try {
      const hasInput = this.#options.start.container.stdin === true;
      return spawnGroup({ ...this.#spawnOptions, ...(hasInput ? { stdin: 'pipe' } : {}) });
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #started(pid: number): void {
    const { clock, start } = this.#options;
    this.#startedAtMs = clock.now();
    if (this.#usage !== undefined) this.#limiter = this.#options.limit(pid, this.#usage);
    this.#watchMemory();
    const containerID = `process://${pid}-${Math.floor(this.#startedAtMs)}-${start.attempt}`;
    this.#tell({ kind: 'started', atMs: this.#startedAtMs, containerID });
  }

  #watchMemory(): void {
    const { clock, watchedMemoryBytes } = this.#options;
    if (watchedMemoryBytes === undefined) return;
    this.#cancelWatch = watchMemory({
      clock,
      limitBytes: watchedMemoryBytes,
      memoryBytes: () => {
        // Reading CPU time is what finds the processes whose memory is counted.
        this.#usage?.cpuMs();
        return this.memoryBytes();
      },
      onExceeded: () => {
        this.#isOverMemory = true;
        this.signal('SIGKILL');
      },
    });
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    const { clock, guard } = this.#options;
    const pid = this.#pid ?? 0;
    const isOutOfMemory = this.#isOverMemory || this.group?.wasOutOfMemory() === true;
    this.#end();
    // The first process is gone, so is the container: what it left behind goes too.
    sendSignal(-pid, 'SIGKILL');
    guard.releaseGroup(pid);
    const number = signal === null ? undefined : constants.signals[signal];
    const exited = {
      kind: 'exited',
      atMs: clock.now(),
      exitCode: number === undefined ? (code ?? 0) : SIGNAL_EXIT_BASE + number,
      ...(number === undefined ? {} : { signal: number }),
      isOutOfMemory,
    } as const;
    this.#withMessage(exited, (message) => {
      this.#tell({ ...exited, ...(message === '' ? {} : { message }) });
      this.#options.onGone(this);
    });
  }

  /** Output may come after the exit, so a message that is made of it takes a moment. */
  #withMessage(
    { exitCode, signal }: { readonly exitCode: number; readonly signal?: number },
    then: (message: string) => void,
  ): void {
    const { clock, log, messageFile, start } = this.#options;
    const message = fileMessage(messageFile);
    const { terminationMessagePolicy } = start.container;
    const isFromLog = terminationMessagePolicy === 'FallbackToLogsOnError';
    const isTellable = exitCode !== 0 && (isFromLog || signal === undefined);
    if (message !== '' || !isTellable) {
      then(message);
      return;
    }
    let isTold = false;
    const tell = (): void => {
      if (isTold) return;
      isTold = true;
      cancel();
      then(isFromLog ? logMessage(log) : failureHint(log));
    };
    const cancel = clock.after(LAST_OUTPUT_MS, tell);
    this.#child?.once('close', tell);
  }

  #refuse(message: string): void {
    if (this.#isOver) return;
    const { clock, log } = this.#options;
    this.#end();
    clock.after(0, () => {
      log.end(clock.now());
      this.#tell({ kind: 'not-started', reason: 'RunContainerError', message });
      this.#options.onGone(this);
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelWatch?.();
    this.#limiter?.close();
    this.#usage?.close();
    for (const cancel of [...this.#probes, ...this.#commands]) cancel();
    this.#probes.clear();
    this.#commands.clear();
  }

  #tell(event: ContainerEvent): void {
    if (!this.#isMute) this.#options.start.onEvent(event);
  }
}
