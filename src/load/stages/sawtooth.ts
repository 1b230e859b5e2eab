/** `sawtooth`: rises in a straight line and falls at once, again and again. */
import { sequence } from '../sequence.js';
import { linear, type Shape } from '../shape.js';
import { MAX_PARTS, periodFaults, rateFaults, type StageKind } from './stage-kind.js';

/** Each period goes from the one rate to the other; a last one that is cut short goes as far as it gets. */
export const sawtooth: StageKind<'sawtooth'> = {
  faults: (stage) => [
    ...rateFaults('fromPerSecond', stage.fromPerSecond),
    ...rateFaults('toPerSecond', stage.toPerSecond),
    ...periodFaults(stage.periodMs, stage.durationMs),
  ],
  shape: ({ fromPerSecond, toPerSecond, periodMs, durationMs }) => {
    const teeth: Shape[] = [];
    for (let fromMs = 0; fromMs < durationMs && teeth.length < MAX_PARTS; fromMs += periodMs) {
      const toothMs = Math.min(periodMs, durationMs - fromMs);
      const top = fromPerSecond + ((toPerSecond - fromPerSecond) * toothMs) / periodMs;
      teeth.push(linear(fromPerSecond, top, toothMs));
    }
    return sequence(teeth);
  },
};
