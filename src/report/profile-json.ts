/** A traffic profile as data. */
import type { LoadPlan } from '../load/sender.js';
import { profileFacts, rateSteps } from './profile-facts.js';

/** Version of the shape below. */
export const PROFILE_SCHEMA_VERSION = 1;

/** Most values of the series. */
const MAX_STEPS = 1_000;

/** The profile of a plan for other programs; rates are requests a second, times ms since the load began. */
export function profileJson(plan: LoadPlan): Readonly<Record<string, unknown>> {
  const { load, seed } = plan;
  const facts = profileFacts(plan);
  const head = { schemaVersion: PROFILE_SCHEMA_VERSION, model: load.model, seed };
  if (facts === undefined || load.model === 'closed') return { ...head, ...load };
  const { profile, stages, meanPerSecond, scheduledArrivals } = facts;
  const seconds = Math.max(1, Math.ceil(profile.durationMs / 1_000));
  const { stepMs, means, peaks } = rateSteps(profile, Math.min(seconds, MAX_STEPS));
  return {
    ...head,
    spacing: load.spacing,
    durationMs: profile.durationMs,
    expectedArrivals: profile.totalArrivals,
    ...(scheduledArrivals === undefined ? {} : { scheduledArrivals }),
    meanPerSecond,
    peakPerSecond: profile.peakPerSecond,
    stages,
    series: { stepMs, meanPerSecond: means.map(rounded), peakPerSecond: peaks.map(rounded) },
  };
}

/** To a thousandth of a request a second: sums of long profiles are not exact to the last digit. */
function rounded(ratePerSecond: number): number {
  return Math.round(ratePerSecond * 1_000) / 1_000;
}
