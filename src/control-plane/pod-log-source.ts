/** The port through which the API reads what containers wrote. */
import type { Cancel, EpochMs } from '../time/clock.js';

/** One line, without its end. */
export interface PodLogLine {
  readonly atMs: EpochMs;
  readonly text: string;
  /** Absent: standard output. */
  readonly stream?: 'stdout' | 'stderr';
}

/** What one start of a container wrote. */
export interface PodLog {
  /** Lines that are kept, oldest first. */
  readonly lines: readonly PodLogLine[];
  /** The container has ended: no line follows. */
  readonly isEnded: boolean;
  /** Tells of every line after this call, and once of the end. */
  follow(follower: {
    readonly onLine: (line: PodLogLine) => void;
    readonly onEnd: () => void;
  }): Cancel;
}

/** Where logs are kept. */
export interface PodLogSource {
  /**
   * The log of a container's present start, or of the one before; undefined when there was none.
   */
  get(key: {
    readonly podUid: string;
    readonly container: string;
    readonly previous?: boolean;
  }): PodLog | undefined;
}
