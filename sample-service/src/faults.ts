/** Faults that the service is told to have: a crash, a leak. */
import type { Config } from './config.js';
import { heldMemory } from './held-memory.js';

const LEAK_PERIOD_MS = 200;
const MS_PER_SECOND = 1_000;

/**
 * Sets off the faults that the configuration asks for; by default there are none.
 *
 * @param service - `elapsedMs`: since the process started; `crash` ends the process.
 * @returns what ends the leak and the wait for the crash.
 */
export function startFaults(
  config: Pick<Config, 'crashAfterMs' | 'leakKibPerSecond'>,
  service: { readonly elapsedMs: number; readonly crash: () => void },
): () => void {
  const timers: NodeJS.Timeout[] = [];
  if (config.crashAfterMs !== undefined) {
    const delayMs = Math.max(0, config.crashAfterMs - service.elapsedMs);
    timers.push(setTimeout(service.crash, delayMs).unref());
  }
  if (config.leakKibPerSecond > 0) {
    const leaked: Buffer[] = [];
    const kib = (config.leakKibPerSecond * LEAK_PERIOD_MS) / MS_PER_SECOND;
    timers.push(setInterval(() => leaked.push(heldMemory(kib)), LEAK_PERIOD_MS).unref());
  }
  return () => timers.forEach(clearTimeout);
}
