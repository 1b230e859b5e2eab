/** How long a run will take. */
import type { Experiment } from '../../experiment/experiment.js';

/** Settling, load and cooling down, ms; without deploying and tearing down, whose length nobody knows before. */
export function plannedMs({
  load: { load },
  settleMs,
  coolDownMs,
}: Pick<Experiment, 'load' | 'settleMs' | 'coolDownMs'>): number {
  const loadMs =
    load.model === 'closed'
      ? load.durationMs
      : load.profile.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return settleMs + loadMs + coolDownMs;
}
