/** Samplers beside the Kubernetes API: the kernel's view of pods, and the harness itself. */
import type { UsageSource } from '../control-plane/pod-runtime.js';
import type { Cancel, Clock } from '../time/clock.js';
import type { CpuRecord } from '../timeline/record.js';
import type { Recorder } from '../timeline/recorder.js';

type PodUse = CpuRecord['pods'][number];

/**
 * Writes each pod's cumulative use once a period until the signal aborts.
 *
 * @param podNames - names by uid, as far as they are known; a pod without a name is left out.
 */
export async function sampleUsage(
  options: {
    readonly source: UsageSource;
    readonly podNames: ReadonlyMap<string, string>;
    readonly recorder: Recorder;
    readonly clock: Clock;
    readonly periodMs: number;
  },
  signal: AbortSignal,
): Promise<void> {
  await eachPeriod(options, signal, () => {
    const pods = podUse(options.source.readUsage(options.clock.now()), options.podNames);
    if (pods.length > 0) options.recorder.record({ kind: 'cpu', pods });
  });
}

function podUse(
  usage: ReturnType<UsageSource['readUsage']>,
  podNames: ReadonlyMap<string, string>,
): readonly PodUse[] {
  const byUid = new Map<string, PodUse>();
  for (const { podUid, cpuMs, memoryBytes, throttled } of usage) {
    const name = podNames.get(podUid);
    if (name === undefined) continue;
    const before = byUid.get(podUid);
    byUid.set(podUid, {
      name,
      uid: podUid,
      cpuMs: (before?.cpuMs ?? 0) + cpuMs,
      memoryBytes: (before?.memoryBytes ?? 0) + memoryBytes,
      ...(throttled === undefined
        ? {}
        : {
            periods: (before?.periods ?? 0) + throttled.periods,
            throttledPeriods: (before?.throttledPeriods ?? 0) + throttled.throttledPeriods,
          }),
    });
  }
  return [...byUid.values()];
}

/** Writes what this process uses once a period until the signal aborts. */
export async function sampleHarness(
  options: { readonly recorder: Recorder; readonly clock: Clock; readonly periodMs: number },
  signal: AbortSignal,
): Promise<void> {
  await eachPeriod(options, signal, () => {
    const { user, system } = process.cpuUsage();
    const cpuMs = (user + system) / 1_000;
    options.recorder.record({ kind: 'harness', rssBytes: process.memoryUsage.rss(), cpuMs });
  });
}

/** Keeps to a fixed raster; a slow task skips instants and never bunches them. */
function eachPeriod(
  { clock, periodMs }: { readonly clock: Clock; readonly periodMs: number },
  signal: AbortSignal,
  task: () => void,
): Promise<void> {
  let dueMs = clock.now();
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    let cancel: Cancel | undefined;
    const end = (): void => {
      cancel?.();
      resolve();
    };
    const turn = (): void => {
      try {
        task();
      } catch (error) {
        signal.removeEventListener('abort', end);
        reject(error);
        return;
      }
      dueMs += periodMs;
      // Timers may fire a little early: the next instant counts from the raster, not from now.
      const missed = Math.ceil((clock.now() - dueMs) / periodMs);
      if (missed > 0) dueMs += missed * periodMs;
      cancel = clock.after(dueMs - clock.now(), turn);
    };
    signal.addEventListener('abort', end, { once: true });
    turn();
  });
}
