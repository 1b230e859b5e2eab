/** Sends a plan from within this process: what the sender's process does. */
import type { Clock } from '../../time/clock.js';
import { LoadLedger } from '../ledger.js';
import type { ShareSummary } from '../merge-shares.js';
import { RequestScript } from '../request-script.js';
import { profileOf } from '../profile.js';
import { scheduleOf, shareOf } from '../schedule.js';
import type { LoadPlan, LoadSecond } from '../sender.js';
import { Audit } from './audit.js';
import { ClosedDriver } from '../driving/closed-driver.js';
import type { Driver, DriverOptions } from '../driving/driver.js';
import type { EngineConnections } from '../driving/engine.js';
import { type EngineOptions, targetOf } from './engine-options.js';
import { engineMaker } from './make-engine.js';
import { OpenDriver } from '../driving/open-driver.js';
import type { FromSender, ToSender } from './sender-messages.js';

type Start = Extract<ToSender, { kind: 'start' }>;

/** A load under way. */
export interface Running {
  /** Resolves after the last second was told. */
  readonly finished: Promise<ShareSummary>;
  stop(): void;
}

/**
 * Starts to send a plan.
 *
 * @param start - checked before: `baseUrl` is a target and the plan has no faults.
 * @param tell - gets seconds and progress; the summary is the promise's.
 */
export async function runPlan(
  start: Start,
  clock: Clock,
  tell: (message: FromSender) => void,
): Promise<Running> {
  const makeEngine = await engineMaker(start);
  const audit = new Audit(clock);
  const script = scriptOf(start.plan);
  const counts = { sent: 0, late: 0 };
  const onSecond = (second: LoadSecond): void => {
    counts.sent += second.sent;
    counts.late += second.late;
    tell({ kind: 'second', second });
  };
  const driver = driverOf(start, {
    clock,
    startAtMs: start.startAtMs,
    script,
    share: start.share,
    ledger: new LoadLedger({
      durationMs: durationMsOf(start.plan),
      kinds: script.kinds,
      hasSteps: script.hasSteps,
      onSecond,
    }),
    sendLag: audit.sendLag,
    makeEngine: (events, now) => makeEngine(engineOptions(start, { events, now })),
    onProgress: (progress) => tell({ kind: 'progress', progress }),
  });
  const finished = driver.run().then(
    (): ShareSummary => ({
      summary: {
        startedAtMs: start.startAtMs,
        endedAtMs: clock.now(),
        engine: driver.engineName,
        audit: audit.finish(counts),
      },
      sendLag: audit.sendLag.encode(),
    }),
  );
  return { finished, stop: () => driver.stop() };
}

/** Even arrivals are evenly mixed; those that know nothing of each other are not. */
function scriptOf({ requests, timeoutMs, seed, load }: LoadPlan): RequestScript {
  const mix = load.model === 'open' && load.spacing === 'even' ? 'even' : 'random';
  return new RequestScript({ sessions: requests, timeoutMs, seed, mix });
}

/** Length of a plan's load; requests under way at its end take longer. */
export function durationMsOf(plan: LoadPlan): number {
  return plan.load.model === 'closed'
    ? plan.load.durationMs
    : profileOf(plan.load.profile).durationMs;
}

function driverOf(start: Start, options: DriverOptions): Driver {
  const { load, maxInFlight, seed } = start.plan;
  if (load.model === 'closed') return new ClosedDriver({ ...options, ...load });
  const profile = profileOf(load.profile);
  return new OpenDriver({
    ...options,
    schedule: shareOf(scheduleOf(profile, { spacing: load.spacing, seed }), start.share),
    durationMs: profile.durationMs,
    maxInFlight,
  });
}

function engineOptions(
  { plan, baseUrl }: Start,
  wiring: Pick<EngineOptions, 'events' | 'now'>,
): EngineOptions {
  const target = targetOf(baseUrl, plan.tls ?? {});
  if (target === undefined) throw new TypeError(`expected a base URL, got "${baseUrl}"`);
  return { target, connections: engineConnections(plan), ...wiring };
}

/** In the closed model every user has a connection. */
function engineConnections({ connections, maxConnections, load }: LoadPlan): EngineConnections {
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
