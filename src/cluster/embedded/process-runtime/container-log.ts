/** What one start of a container wrote, kept for `kubectl logs`, bounded. */
import type { PodLog, PodLogLine } from '../../../control-plane/pod-log-source.js';
import type { Cancel, EpochMs } from '../../../time/clock.js';

/** One line, without its end. `text` is cut in pieces of at most 16 KiB, as container runtimes do. */
export interface LogLine extends PodLogLine {
  readonly stream: 'stdout' | 'stderr';
}

/** Called with each new line, and once with nothing when the container has ended. */
export interface LogFollower {
  readonly onLine: (line: LogLine) => void;
  readonly onEnd: () => void;
}

/** @see Source: containerd `internal/cri/io/logger.go`, `defaultBufSize`. */
const LONGEST_LINE = 16_384;

/** Memory that all logs share, bytes. */
export interface LogMemory {
  readonly capacityBytes: number;
  usedBytes: number;
}

/** What a line takes beside its text, roughly. */
const LINE_OVERHEAD_BYTES = 100;
/** What each log may keep whatever the others took. */
const LEAST_BYTES = 524_288;

/** Keeps the newest lines. */
export class ContainerLog implements PodLog {
  readonly #capacityBytes: number;
  readonly #memory: LogMemory;
  readonly #followers = new Set<LogFollower>();
  readonly #partial = { stdout: '', stderr: '' };
  #lines: LogLine[] = [];
  #first = 0;
  #bytes = 0;
  #isEnded = false;

  /** @param memory - what is shared with other logs; absent: none of it is. */
  constructor(capacityBytes: number, memory?: LogMemory) {
    this.#capacityBytes = capacityBytes;
    this.#memory = memory ?? { capacityBytes: Number.POSITIVE_INFINITY, usedBytes: 0 };
  }

  /** Lines that are kept, oldest first. A line that has no end yet is not among them. */
  get lines(): readonly LogLine[] {
    return this.#lines.slice(this.#first);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Adds what a stream wrote. */
  write(stream: LogLine['stream'], chunk: string, atMs: EpochMs): void {
    const pieces = (this.#partial[stream] + chunk).split('\n');
    this.#partial[stream] = pieces.pop() ?? '';
    for (const text of pieces) this.#add({ atMs, stream, text });
    while (this.#partial[stream].length > LONGEST_LINE) {
      const text = this.#partial[stream].slice(0, LONGEST_LINE);
      this.#partial[stream] = this.#partial[stream].slice(LONGEST_LINE);
      this.#add({ atMs, stream, text });
    }
  }

  /** The container has ended and its streams are closed. */
  end(atMs: EpochMs): void {
    if (this.#isEnded) return;
    for (const stream of ['stdout', 'stderr'] as const) {
      const text = this.#partial[stream];
      this.#partial[stream] = '';
      if (text !== '') this.#add({ atMs, stream, text });
    }
    this.#isEnded = true;
    for (const follower of this.#followers) follower.onEnd();
    this.#followers.clear();
  }

  /** Tells of every line after this call; at once of the end if it has come. */
  follow(follower: LogFollower): Cancel {
    if (this.#isEnded) {
      follower.onEnd();
      return () => undefined;
    }
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Nobody will read it any more: its memory is for others. */
  forget(): void {
    for (const { text } of this.lines) this.#count(-1, text);
    this.#lines = [];
    this.#first = 0;
  }

  #count(sign: 1 | -1, text: string): void {
    this.#bytes += sign * text.length;
    this.#memory.usedBytes += sign * (text.length + LINE_OVERHEAD_BYTES);
  }

  #isOver(): boolean {
    const { capacityBytes, usedBytes } = this.#memory;
    if (this.#bytes > this.#capacityBytes) return true;
    return usedBytes > capacityBytes && this.#bytes > LEAST_BYTES;
  }

  #add(line: LogLine): void {
    this.#lines.push(line);
    this.#count(1, line.text);
    for (let oldest = this.#lines[this.#first]; oldest !== undefined; ) {
      if (!this.#isOver()) break;
      this.#count(-1, oldest.text);
      oldest = this.#lines[++this.#first];
    }
    // Only now and then, so that dropping a line costs nothing.
    if (this.#first > 1_024 && this.#first > this.#lines.length / 2) {
      this.#lines = this.#lines.slice(this.#first);
      this.#first = 0;
    }
    for (const follower of this.#followers) follower.onLine(line);
  }
}
