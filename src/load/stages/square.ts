/** `square`: high and low in turn, the pattern of a YoYo attack on an autoscaler. */
import { sequence } from '../sequence.js';
import { linear, type Shape } from '../shape.js';
import { MAX_PARTS, periodFaults, rateFaults, type StageKind } from './stage-kind.js';

/** Each period begins with `highMs` of the high rate; the rest of it is the low rate. */
export const square: StageKind<'square'> = {
  faults: (stage) => [
    ...rateFaults('lowPerSecond', stage.lowPerSecond),
    ...rateFaults('highPerSecond', stage.highPerSecond),
    ...periodFaults(stage.periodMs, stage.durationMs),
    ...(stage.highMs > 0 && stage.highMs < stage.periodMs
      ? []
      : [
          `highMs: expected a number of milliseconds above 0 and below the period's ${stage.periodMs}, got ${stage.highMs}`,
        ]),
  ],
  shape: ({ lowPerSecond, highPerSecond, highMs, periodMs, durationMs }) => {
    const parts: Shape[] = [];
    for (let fromMs = 0; fromMs < durationMs && parts.length < MAX_PARTS; fromMs += periodMs) {
      const leftMs = durationMs - fromMs;
      parts.push(linear(highPerSecond, highPerSecond, Math.min(highMs, leftMs)));
      const lowMs = Math.min(periodMs, leftMs) - highMs;
      if (lowMs > 0) parts.push(linear(lowPerSecond, lowPerSecond, lowMs));
    }
    return sequence(parts);
  },
};
