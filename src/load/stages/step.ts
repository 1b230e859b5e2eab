/** `step`: equal rises, each held equally long. */
import { sequence } from '../sequence.js';
import { linear } from '../shape.js';
import { rateFaults, type StageKind } from './stage-kind.js';

const MAX_STEPS = 100_000;

/**
 * `steps` equal rises or falls. The first is at the beginning of the stage (`fromPerSecond` is the
 * rate before it) and the last leads to `toPerSecond`, so from 10 to 50 in 4 steps is 20, 30, 40, 50.
 */
export const step: StageKind<'step'> = {
  faults: (stage) => [
    ...rateFaults('fromPerSecond', stage.fromPerSecond),
    ...rateFaults('toPerSecond', stage.toPerSecond),
    ...(Number.isInteger(stage.steps) && stage.steps >= 1 && stage.steps <= MAX_STEPS
      ? []
      : [`steps: expected a whole number from 1 to ${MAX_STEPS}, got ${stage.steps}`]),
  ],
  shape: ({ fromPerSecond, toPerSecond, steps, durationMs }) =>
    sequence(
      Array.from({ length: steps }, (_, index) => {
        const rate = fromPerSecond + ((toPerSecond - fromPerSecond) * (index + 1)) / steps;
        return linear(rate, rate, durationMs / steps);
      }),
    ),
};
