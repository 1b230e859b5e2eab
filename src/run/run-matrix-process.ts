/** Entry of a worker's process: simulates the trials that it is sent, one after the other. */
import { endWithParent } from '../process/ends-with-parent.js';
import { runSimulatedTrial, type TrialTask } from './run-matrix-trial.js';

endWithParent();

/** Nothing aborts it: its parent ends the whole process. */
const { signal } = new AbortController();

process.on('message', (task: TrialTask) => {
  void runSimulatedTrial(task, signal).then((result) => process.send?.(result));
});
