/** The HPA's syncs of a result folder, for commands. */
import type { HpaSyncs } from '../analysis/hpa-sync.js';
import { hpaSyncs } from '../analysis/hpa-syncs.js';
import { LabError } from '../core/errors.js';
import type { Timeline } from '../timeline/record.js';

/**
 * The syncs of a run.
 *
 * @param folder - for the message.
 * @throws {LabError} `RESULT_INVALID` when the run has none that this version can read.
 */
export function syncsOf(timeline: Timeline, folder: string): HpaSyncs {
  const syncs = hpaSyncs(timeline);
  if (syncs.kind === 'measured') return syncs.value;
  const { labVersion } = timeline.header.environment;
  throw new LabError('RESULT_INVALID', `${folder}: ${syncs.because}`, {
    hint: `it was written by hpa-lab ${labVersion}; run the experiment again, or read it with that version. An HPA first decides one sync period after its creation (15 s by default)`,
  });
}
