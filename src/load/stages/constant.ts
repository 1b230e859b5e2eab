/** `constant`: one rate. */
import { linear } from '../shape.js';
import { rateFaults, type StageKind } from './stage-kind.js';

/** One rate from beginning to end. */
export const constant: StageKind<'constant'> = {
  faults: (stage) => rateFaults('ratePerSecond', stage.ratePerSecond),
  shape: (stage) => linear(stage.ratePerSecond, stage.ratePerSecond, stage.durationMs),
};
