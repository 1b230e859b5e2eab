/** Starts and ends the lab's own helper processes: the load sender, the service proxy. */
import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../time/clock.js';

const KEPT_STDERR = 4_000;
const KILL_AFTER_MS = 1_000;
/** As Unix counts: -20 first, 0 usual, 19 last. */
const HELPER_PRIORITY = -10;

/** How such a process ended. */
export interface ProcessEnd {
  /** The exit code or the signal, in words: `exit code 1`, `SIGKILL`. */
  readonly how: string;
  /** The last it wrote to its standard error; '' when nothing. */
  readonly lastWords: string;
}

/** What to start. */
export interface OwnProcessOptions<FromChild> {
  /** `import.meta.url` of the starting module. */
  readonly from: string;
  /** The compiled entry file relative to it: `./sender-process.js`. */
  readonly entry: string;
  /** Options for Node itself. */
  readonly nodeOptions: readonly string[];
  readonly clock: Clock;
  /** Absent: it runs before pods where the system allows it, for what is measured by the clock. */
  readonly priority?: 'usual';
  /** Gets what its own entry file sends; nothing else can. */
  readonly onMessage: (message: FromChild) => void;
  /** Called once, however it ends. */
  readonly onEnd: (end: ProcessEnd) => void;
}

/**
 * A Node process of ours, spoken to over IPC. It must end by itself when the channel closes, so that
 * it does not outlive this process, however this one ends.
 */
export class OwnProcess<ToChild extends object, FromChild = never> {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #ended: Promise<void>;
  #hasEnded = false;

  constructor(options: OwnProcessOptions<FromChild>) {
    this.#clock = options.clock;
    this.#child = fork(entryFile(options.from, options.entry), [], {
      execArgv: [...options.nodeOptions],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    if (options.priority === undefined) preferOverPods(this.#child.pid);
    let lastWords = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-KEPT_STDERR);
    });
    this.#child.on('message', (message: FromChild) => options.onMessage(message));
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        if (this.#hasEnded) return;
        this.#hasEnded = true;
        options.onEnd({ how, lastWords: lastWords.trim() });
        resolve();
      };
      this.#child.on('error', (error) => {
        if (this.#child.pid === undefined) end(error.message); // else it was a message that failed
      });
      // not `close`: Node does not emit it once the channel was closed from this side
      this.#child.on('exit', (code, signal) => {
        const how = signal ?? `exit code ${code}`;
        if (this.#child.stderr?.closed === false) this.#child.stderr.on('close', () => end(how));
        else end(how);
      });
    });
  }

  /** Absent when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a message; one to a process that has ended is lost (its end was told). */
  send(message: ToChild): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Closes the channel, upon which it ends by itself, and kills it should it not. Twice is harmless. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    if (this.#child.connected) this.#child.disconnect();
    const cancel = this.#clock.after(KILL_AFTER_MS, () => this.#child.kill('SIGKILL'));
    await this.#ended;
    cancel();
  }
}

/**
 * The compiled file of an entry. Called from `src/` (tests run the sources) or from another build's
 * `.../src/`, it is the one in `dist/`, which must have been built.
 */
export function entryFile(from: string, entry: string): string {
  const beside = fileURLToPath(new URL(entry, from)).replaceAll('\\', '/');
  if (existsSync(beside)) return beside;
  const source = beside.lastIndexOf('/src/');
  const root = beside.slice(0, source).replace(/\/dist\/[^/]+$/, '');
  return `${root}/dist/${beside.slice(source + '/src/'.length)}`;
}

/**
 * Lets a helper run as soon as it is due even while pods use every core: a sender or a proxy that
 * waits for a core would be measured as the service's slowness. Only where the system allows it (root).
 */
function preferOverPods(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, HELPER_PRIORITY);
  } catch {
    // Not allowed: the sender's audit tells whether it was late.
  }
}
