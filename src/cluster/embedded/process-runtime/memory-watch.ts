/** Holds a memory limit where the kernel cannot: by looking. */
import type { Cancel, Clock } from '../../../time/clock.js';

/** What is looked at. */
export interface MemoryWatchOptions {
  readonly clock: Clock;
  readonly limitBytes: number;
  /** Memory in use now; absent: it cannot be told. */
  readonly memoryBytes: () => number | undefined;
  readonly onExceeded: () => void;
}

/** Something that takes 1 GB/s gets this much too far: 50 MB. */
const LOOK_MS = 50;

/** Calls `onExceeded` once, when more than the limit is in use, until it is cancelled. */
export function watchMemory(options: MemoryWatchOptions): Cancel {
  const { clock, limitBytes, memoryBytes, onExceeded } = options;
  let cancel: Cancel | undefined;
  const look = (): void => {
    if ((memoryBytes() ?? 0) > limitBytes) onExceeded();
    else cancel = clock.after(LOOK_MS, look);
  };
  cancel = clock.after(LOOK_MS, look);
  return () => cancel?.();
}
