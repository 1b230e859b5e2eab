/** `spike`: a base rate, and for a while a peak instead. */
import { sequence } from '../sequence.js';
import { linear, type Shape } from '../shape.js';
import { lengthFaults, rateFaults, type StageKind } from './stage-kind.js';

/** A base rate with a peak in it. */
export const spike: StageKind<'spike'> = {
  faults: (stage) => [
    ...rateFaults('basePerSecond', stage.basePerSecond),
    ...rateFaults('peakPerSecond', stage.peakPerSecond),
    ...(stage.atMs >= 0 && Number.isFinite(stage.atMs)
      ? []
      : [`atMs: expected a number of milliseconds, at least 0, got ${stage.atMs}`]),
    ...lengthFaults('lengthMs', stage.lengthMs),
    ...(stage.atMs + stage.lengthMs > stage.durationMs
      ? [
          `lengthMs: expected the peak to end within the stage's ${stage.durationMs} ms, got ${stage.atMs + stage.lengthMs}`,
        ]
      : []),
  ],
  shape: ({ basePerSecond, peakPerSecond, atMs, lengthMs, durationMs }) => {
    const afterMs = durationMs - atMs - lengthMs;
    return sequence([
      ...(atMs > 0 ? [level(basePerSecond, atMs)] : []),
      level(peakPerSecond, lengthMs),
      ...(afterMs > 0 ? [level(basePerSecond, afterMs)] : []),
    ]);
  },
};

function level(ratePerSecond: number, lengthMs: number): Shape {
  return linear(ratePerSecond, ratePerSecond, lengthMs);
}
