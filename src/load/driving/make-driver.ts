/** A plan made ready to be driven. */
import { profileOf } from '../profile.js';
import { RequestScript } from '../request-script.js';
import { scheduleOf, shareOf } from '../schedule.js';
import type { LoadPlan } from '../sender.js';
import { ClosedDriver } from './closed-driver.js';
import type { Driver, DriverOptions } from './driver.js';
import type { EngineConnections } from './engine.js';
import { OpenDriver } from './open-driver.js';

/** The plan's requests; even arrivals are evenly mixed, those that know nothing of each other are not. */
export function scriptOf({ requests, timeoutMs, seed, load }: LoadPlan): RequestScript {
  const mix = load.model === 'open' && load.spacing === 'even' ? 'even' : 'random';
  return new RequestScript({ sessions: requests, timeoutMs, seed, mix });
}

/** Length of a plan's load; requests under way at its end take longer. */
export function durationMsOf(plan: LoadPlan): number {
  return plan.load.model === 'closed'
    ? plan.load.durationMs
    : profileOf(plan.load.profile).durationMs;
}

/** The driver of the plan's model. */
export function driverOf({ load, maxInFlight, seed }: LoadPlan, options: DriverOptions): Driver {
  if (load.model === 'closed') return new ClosedDriver({ ...options, ...load });
  const profile = profileOf(load.profile);
  return new OpenDriver({
    ...options,
    schedule: shareOf(scheduleOf(profile, { spacing: load.spacing, seed }), options.share),
    durationMs: profile.durationMs,
    maxInFlight,
  });
}

/** The connections that a plan asks for; in the closed model every user has one. */
export function connectionsOf({ connections, maxConnections, load }: LoadPlan): EngineConnections {
  const most = load.model === 'closed' ? Math.max(load.concurrency, 1) : maxConnections;
  if (connections.kind === 'per-request') {
    return { maxConnections: most, maxRequests: 1, maxAgeMs: Number.POSITIVE_INFINITY };
  }
  return {
    maxConnections: most,
    maxRequests: connections.maxRequests ?? Number.POSITIVE_INFINITY,
    maxAgeMs: connections.maxAgeMs ?? Number.POSITIVE_INFINITY,
  };
}
