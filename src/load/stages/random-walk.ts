/** `random-walk`: a rate that wanders, the same way for the same seed. */
import { seededRandom } from '../../core/random.js';
import { sequence } from '../sequence.js';
import { linear, type Shape } from '../shape.js';
import { lengthFaults, MAX_PARTS, rateFaults, type StageKind } from './stage-kind.js';

/**
 * Every `everyMs` the rate moves by up to `stepPerSecond` up or down, all amounts being equally
 * likely, and is held; at `minPerSecond` and `maxPerSecond` it is turned back.
 */
export const randomWalk: StageKind<'random-walk'> = {
  faults: (stage) => [
    ...rateFaults('startPerSecond', stage.startPerSecond),
    ...rateFaults('minPerSecond', stage.minPerSecond),
    ...rateFaults('maxPerSecond', stage.maxPerSecond),
    ...rateFaults('stepPerSecond', stage.stepPerSecond),
    ...lengthFaults('everyMs', stage.everyMs),
    ...(stage.durationMs / stage.everyMs > MAX_PARTS
      ? [
          `everyMs: expected at most ${MAX_PARTS} changes in a stage, got a length of ${stage.everyMs} ms`,
        ]
      : []),
    ...(stage.minPerSecond <= stage.startPerSecond && stage.startPerSecond <= stage.maxPerSecond
      ? []
      : [
          `startPerSecond: expected a rate from ${stage.minPerSecond} to ${stage.maxPerSecond} a second, got ${stage.startPerSecond}`,
        ]),
    ...(Number.isSafeInteger(stage.seed)
      ? []
      : [`seed: expected a whole number, got ${stage.seed}`]),
  ],
  shape: (stage) => {
    const { startPerSecond, minPerSecond, maxPerSecond, stepPerSecond } = stage;
    const random = seededRandom(stage.seed).child('random-walk');
    const parts: Shape[] = [];
    let rate = startPerSecond;
    for (let fromMs = 0; fromMs < stage.durationMs; fromMs += stage.everyMs) {
      parts.push(linear(rate, rate, Math.min(stage.everyMs, stage.durationMs - fromMs)));
      const moved = rate + (2 * random.next() - 1) * stepPerSecond;
      const turned =
        moved > maxPerSecond
          ? 2 * maxPerSecond - moved
          : moved < minPerSecond
            ? 2 * minPerSecond - moved
            : moved;
      rate = Math.min(Math.max(turned, minPerSecond), maxPerSecond);
    }
    return sequence(parts);
  },
};
