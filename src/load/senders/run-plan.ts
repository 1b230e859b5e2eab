/** Sends a plan from within this process: what the sender's process does. */
import type { Clock } from '../../time/clock.js';
import { LoadLedger } from '../ledger.js';
import type { ShareSummary } from '../merge-shares.js';
import type { LoadSecond } from '../sender.js';
import { connectionsOf, driverOf, durationMsOf, scriptOf } from '../driving/make-driver.js';
import { Audit } from './audit.js';
import { type EngineOptions, targetOf } from './engine-options.js';
import { engineMaker } from './make-engine.js';
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
  const driver = driverOf(start.plan, {
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

function engineOptions(
  { plan, baseUrl }: Start,
  wiring: Pick<EngineOptions, 'events' | 'now'>,
): EngineOptions {
  const target = targetOf(baseUrl, plan.tls ?? {});
  if (target === undefined) throw new TypeError(`expected a base URL, got "${baseUrl}"`);
  return { target, connections: connectionsOf(plan), ...wiring };
}
