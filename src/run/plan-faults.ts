/** The faults of an experiment, at their instants of a run. */
import { formatDurationMs } from '../core/duration.js';
import { isTimed, type PlannedFault, type TimedFault } from '../core/planned-fault.js';
import type { Cancel, Clock } from '../time/clock.js';
import type { Recorder } from '../timeline/recorder.js';

/** Who makes faults happen. */
export interface FaultPort {
  /** Begins one; `hit`: what it hit, in words; `end`: ends it, absent where there is nothing to end. */
  begin(
    fault: TimedFault,
    namespace: string,
  ): { readonly hit: string; readonly end: (() => void) | undefined };
}

/**
 * Lets faults begin and end, and tells each in the timeline.
 *
 * @param of - `startAtMs`: when the first request is due.
 * @returns what ends them all, and tells of those that never began.
 */
export function planFaults(
  faults: readonly PlannedFault[],
  of: {
    readonly port: FaultPort;
    readonly namespace: string;
    readonly clock: Clock;
    readonly recorder: Recorder;
    readonly startAtMs: number;
  },
): Cancel {
  const { port, namespace, clock, recorder, startAtMs } = of;
  const note = (text: string): void => recorder.record({ kind: 'note', text: `fault: ${text}` });
  const ends = new Set<() => void>();
  const toCome = new Set(faults.filter(isTimed));
  const cancels = faults.filter(isTimed).map((fault) =>
    clock.after(startAtMs + fault.atMs - clock.now(), () => {
      toCome.delete(fault);
      const { hit, end } = port.begin(fault, namespace);
      note(`${fault.what}: ${hit}`);
      if (end === undefined) return;
      ends.add(end);
      const forMs = 'forMs' in fault ? fault.forMs : undefined;
      if (forMs === undefined) return;
      cancels.push(
        clock.after(forMs, () => {
          if (!ends.delete(end)) return;
          end();
          note(`${fault.what} is over (${hit})`);
        }),
      );
    }),
  );
  return () => {
    for (const cancel of cancels) cancel();
    for (const { what, atMs } of toCome) {
      note(
        `${what} was due at ${formatDurationMs(atMs)} of the load, which had ended before: it never came`,
      );
    }
    for (const end of ends) end();
    ends.clear();
  };
}
