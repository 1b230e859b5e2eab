/** `sine`: a rate that swings around a mean, such as day and night. */
import type { Shape } from '../shape.js';
import { periodFaults, rateFaults, type StageKind } from './stage-kind.js';

/** A nanosecond: instants are not told apart any finer. */
const EXACT_MS = 1e-6;
/** Enough to be near a root that Newton's steps then find. */
const FIRST_HALVINGS = 6;
const NEWTON_STEPS = 5;
/** Halvings that bring the inverse of the integral down to the last digits of a double. */
const HALVINGS = 80;

/**
 * `mean - amplitude * cos(2π t / period)`: begins at its lowest, as a day begins with the night.
 *
 * With w = 2π / period the integral is `mean t - amplitude sin(w t) / w`. It rises all along, as the
 * amplitude is at most the mean, so its inverse is found by halving and by Newton's steps.
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

interface Curve {
  readonly durationMs: number;
  readonly turnMs: number;
  readonly peakPerSecond: number;
  readonly rate: (elapsedMs: number) => number;
  readonly integral: (elapsedMs: number) => number;
}

/** A shape of a rate that turns every `turnMs`, and its integral, which must not fall. */
function swinging(curve: Curve): Shape {
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
      const isReached = (elapsedMs: number): boolean => integral(elapsedMs) >= arrivals;
      const whole = { low: 0, high: durationMs };
      return halved(isReached, newton(curve, arrivals, halved(isReached, whole)), EXACT_MS).high;
    },
  };
}

interface Bracket {
  readonly low: number;
  readonly high: number;
}

/** Halves where the integral reaches a number, to the wanted width or, without one, a few times. */
function halved(
  isReached: (elapsedMs: number) => boolean,
  bracket: Bracket,
  widthMs?: number,
): Bracket {
  let { low, high } = bracket;
  const halvings = widthMs === undefined ? FIRST_HALVINGS : HALVINGS;
  for (let halving = 0; halving < halvings && high - low > (widthMs ?? 0); halving++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (isReached(middle)) high = middle;
    else low = middle;
  }
  return { low, high };
}

/** A narrower bracket by Newton's steps; where they lead astray (the rate may be 0) the one that there was. */
function newton(
  { rate, integral }: Pick<Curve, 'rate' | 'integral'>,
  arrivals: number,
  { low, high }: Bracket,
): Bracket {
  let at = (low + high) / 2;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const next = at + ((arrivals - integral(at)) * 1_000) / rate(at);
    if (!(next > low && next < high)) return { low, high };
    if (Math.abs(next - at) < EXACT_MS / 4) break;
    at = next;
  }
  const below = Math.max(low, at - EXACT_MS / 2);
  const above = Math.min(high, at + EXACT_MS / 2);
  return {
    low: integral(below) < arrivals ? below : low,
    high: integral(above) >= arrivals ? above : high,
  };
}
