/** `ramp`: a straight line from one rate to another. */
import { linear } from '../shape.js';
import { rateFaults, type StageKind } from './stage-kind.js';

/** From one rate to another in a straight line. */
export const ramp: StageKind<'ramp'> = {
  faults: (stage) => [
    ...rateFaults('fromPerSecond', stage.fromPerSecond),
    ...rateFaults('toPerSecond', stage.toPerSecond),
  ],
  shape: (stage) => linear(stage.fromPerSecond, stage.toPerSecond, stage.durationMs),
};
