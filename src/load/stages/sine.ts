/** `sine`: a rate that swings around a mean, such as day and night. */
import type { Shape } from '../shape.js';
import { periodFaults, rateFaults, type StageKind } from './stage-kind.js';

/** Halvings that bring the inverse of the integral down to the last digits of a double. */
const HALVINGS = 80;

/**
 * `mean - amplitude * cos(2π t / period)`: begins at its lowest, as a day begins with the night.
 *
 * With w = 2π / period the integral is `mean t - amplitude sin(w t) / w`. It rises all along, as the
 * amplitude is at most the mean, so its inverse is found by halving.
 */
export const sine: StageKind<'sine'> = {
  faults: (stage) => [
    ...rateFaults('meanPerSecond', stage.meanPerSecond),
    ...(stage.amplitudePerSecond >= 0 && stage.amplitudePerSecond <= stage.meanPerSecond
      ? []
      : [
          `amplitudePerSecond: expected a rate from 0 to the mean of ${stage.meanPerSecond} a second, got ${stage.amplitudePerSecond}`,
        ]),
    ...periodFaults(stage.periodMs, stage.durationMs),
  ],
  shape: ({ meanPerSecond, amplitudePerSecond, periodMs, durationMs }) => {
    const radiansPerMs = (2 * Math.PI) / periodMs;
    const integral = (elapsedMs: number): number =>
      (meanPerSecond * elapsedMs -
        (amplitudePerSecond * Math.sin(radiansPerMs * elapsedMs)) / radiansPerMs) /
      1_000;
    const rate = (elapsedMs: number): number =>
      meanPerSecond - amplitudePerSecond * Math.cos(radiansPerMs * elapsedMs);
    return swinging({
      durationMs,
      turnMs: periodMs / 2,
      rate,
      integral,
      peakPerSecond:
        durationMs * 2 >= periodMs ? meanPerSecond + amplitudePerSecond : rate(durationMs),
    });
  },
};

/** A shape of a rate that turns every `turnMs`, and its integral, which must not fall. */
function swinging(curve: {
  readonly durationMs: number;
  readonly turnMs: number;
  readonly peakPerSecond: number;
  readonly rate: (elapsedMs: number) => number;
  readonly integral: (elapsedMs: number) => number;
}): Shape {
  const { durationMs, turnMs, peakPerSecond, rate, integral } = curve;
  const totalArrivals = integral(durationMs);
  return {
    durationMs,
    totalArrivals,
    peakPerSecond,
    pieces: Array.from({ length: Math.ceil(durationMs / turnMs) }, (_, index) => {
      const fromMs = index * turnMs;
      const toMs = Math.min(fromMs + turnMs, durationMs);
      return { lengthMs: toMs - fromMs, fromPerSecond: rate(fromMs), toPerSecond: rate(toMs) };
    }),
    ratePerSecondAt: (elapsedMs) =>
      elapsedMs < 0 || elapsedMs >= durationMs ? 0 : rate(elapsedMs),
    arrivalsBefore: (elapsedMs) => integral(Math.min(Math.max(elapsedMs, 0), durationMs)),
    dueMs: (arrivals) => {
      let low = 0;
      let high = durationMs;
      for (let halving = 0; halving < HALVINGS && low < high; halving++) {
        const middle = (low + high) / 2;
        if (middle === low || middle === high) break;
        if (integral(middle) < arrivals) low = middle;
        else high = middle;
      }
      return high;
    },
  };
}
