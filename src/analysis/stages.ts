/** Stages one after the other: where the time between a load change and its consequence went. */
import { formatDurationMs } from '../core/duration.js';
import { measured, type Measure } from './measure.js';

/** When something was seen, ms since the run began, and how we know. */
export interface Instant {
  readonly t: number;
  readonly evidence: string;
}

/** From when to when a stage lasted, ms since the run began. */
export interface StageSpan {
  readonly startT: number;
  readonly t: number;
}

/** A stage that was seen. Instants are ms since the run began, on our clock. */
export interface SeenStage extends StageSpan {
  /** Since the load change, or since the first stage seen where that is not known. */
  readonly sinceChangeMs: number;
  /**
   * `t - startT`: since the stage before it that was seen. Undefined: neither a stage before it nor the
   * load change is known, so nobody knows when it began; `startT` is `t` then.
   */
  readonly lengthMs: number | undefined;
  /** How we know that it was over at `t`. */
  readonly evidence: string;
  /** One sentence: what this time was spent on, whose delay first. */
  readonly cause: string;
}

/** One stage; absent with its reason when it was not seen. */
export interface Stage<Name extends string> {
  readonly name: Name;
  readonly seen: Measure<SeenStage>;
}

/** A stage before its place in the chain is known. */
export interface FoundStage<Name extends string> {
  readonly name: Name;
  readonly instant: Measure<Instant>;
  /** The sentence for {@link SeenStage.cause}. */
  readonly cause: (span: StageSpan) => string;
}

/** Two watches may show two stages in the wrong order, by this much; more is worth telling. */
const SKEW_MS = 250;

/**
 * Puts stages in a chain: each begins where the one before it that was seen ended, so lengths never
 * overlap and add up to the whole. A stage that was seen before the one it follows took no further time:
 * its length is 0, and its evidence says when it really was.
 *
 * @param found - in order.
 * @param from - `originT`: what `sinceChangeMs` counts from; `startT`: where the first stage begins.
 *   Undefined: at the first stage that was seen, which has no length then.
 */
export function stageChain<Name extends string>(
  found: readonly FoundStage<Name>[],
  from: { readonly originT: number | undefined; readonly startT: number | undefined },
): readonly Stage<Name>[] {
  let { originT, startT: previousT } = from;
  return found.map(({ name, instant, cause }): Stage<Name> => {
    if (instant.kind !== 'measured') return { name, seen: instant };
    const { value } = instant;
    const t = Math.max(value.t, previousT ?? value.t);
    const isBeginKnown = previousT !== undefined;
    const startT = previousT ?? t;
    originT ??= startT;
    previousT = t;
    const earlyMs = t - value.t;
    const evidence =
      earlyMs > SKEW_MS
        ? `${value.evidence}, ${formatDurationMs(earlyMs)} before the stage it follows`
        : value.evidence;
    const span = { startT, t };
    return {
      name,
      seen: measured({
        ...span,
        sinceChangeMs: t - originT,
        lengthMs: isBeginKnown ? t - startT : undefined,
        evidence,
        cause: cause(span),
      }),
    };
  });
}
