/** What goes along with a run without being part of it: it asks others about the run, or tells them of it. */
import type { Recorder } from '../timeline/recorder.js';

/** Begun before anything is deployed, ended after the tear-down and before the last record. */
export interface RunCompanion {
  /**
   * Fails where the run had better not begin.
   *
   * @throws {LabError} for what its user must mend.
   */
  begin?(signal: AbortSignal): Promise<void>;
  /** Never throws: what went wrong is written to the timeline. Also called when the run failed or did not begin. */
  end?(recorder: Recorder, signal: AbortSignal): Promise<void>;
}
