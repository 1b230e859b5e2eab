/** How the use of one container is read, wherever it comes from. */

/** Throttling as the kernel counts it. */
export interface Throttling {
  readonly periods: number;
  readonly throttledPeriods: number;
  readonly throttledMs: number;
}

/** Reads one container's cumulative use, in real CPU time. */
export interface UsageReader {
  /** CPU time since the container began, ms of a real core; absent when it cannot be known. */
  cpuMs(): number | undefined;
  /** Memory in use now, bytes; absent when it cannot be known. */
  memoryBytes(): number | undefined;
  /** Absent where nothing counts it. */
  throttling(): Throttling | undefined;
  /** Gives descriptors back; what was read last stays readable. */
  close(): void;
}
