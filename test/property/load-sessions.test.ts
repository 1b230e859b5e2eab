import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountingFaults, totalOf } from '../../src/load/accounting.js';
import { LatencyHistogram } from '../../src/load/histogram.js';
import { LoadLedger } from '../../src/load/ledger.js';
import { profileOf } from '../../src/load/profile.js';
import { RequestScript } from '../../src/load/request-script.js';
import type { SessionSpec, StepSpec, ThinkTime } from '../../src/load/request-spec.js';
import { scheduleOf } from '../../src/load/schedule.js';
import { FAILURE_KINDS, type LoadSecond } from '../../src/load/sender.js';
import { ClosedDriver } from '../../src/load/driving/closed-driver.js';
import type { Driver } from '../../src/load/driving/driver.js';
import { OpenDriver } from '../../src/load/driving/open-driver.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';
import { FakeEngine, type FakeFate } from '../support/fake-engine.js';

const START_MS = 1_000_000;
const DURATION_MS = 5_000;

/** A failed check is found behind the engine. */
const BY_ENGINE = FAILURE_KINDS.filter((kind) => kind !== 'check');

/** What a server does that misbehaves in every way at once. */
const fate: fc.Arbitrary<FakeFate> = fc.oneof(
  { arbitrary: fc.constant({ status: 200, body: '{"id":"a"}' }), weight: 6 },
  fc.record({ status: fc.constantFrom(101, 200, 204, 302, 404, 500, 599) }),
  fc.record({ failure: fc.constantFrom(...BY_ENGINE) }),
);
const think = fc.oneof(
  fc.constant(undefined),
  fc.record({ kind: fc.constant('fixed' as const), ms: fc.integer({ min: 0, max: 900 }) }),
  fc.record({ kind: fc.constant('exponential' as const), meanMs: fc.constant(300) }),
);
interface StepChoice {
  readonly isChecked: boolean;
  readonly isExtracting: boolean;
  readonly timeoutMs: number | undefined;
  readonly think: ThinkTime | undefined;
}

function stepOf({ isChecked, isExtracting, timeoutMs, think: thinkTime }: StepChoice): StepSpec {
  return {
    name: '',
    request: { method: 'GET', path: '/${seq}', headers: {} },
    checks: isChecked ? [{ kind: 'status', allowed: [{ from: 200, to: 299 }] }] : [],
    extract: isExtracting ? { id: { kind: 'json', path: 'id' } } : {},
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(thinkTime === undefined ? {} : { thinkTime }),
  };
}

const step = fc
  .record({
    isChecked: fc.boolean(),
    isExtracting: fc.boolean(),
    timeoutMs: fc.constantFrom(undefined, 200, 1_500),
    think,
  })
  .map(stepOf);
const sessions: fc.Arbitrary<readonly SessionSpec[]> = fc
  .array(
    fc.record({
      weight: fc.integer({ min: 1, max: 9 }),
      steps: fc.array(step, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) =>
    list.map(({ weight, steps }, index) => ({
      name: `s${index}`,
      weight,
      values: {},
      steps: steps.map((each, at) => Object.assign({}, each, { name: `t${at}` })),
    })),
  );
const load = fc.record({
  sessions,
  isOpen: fc.boolean(),
  ratePerSecond: fc.integer({ min: 1, max: 40 }),
  connections: fc.integer({ min: 1, max: 12 }),
  maxInFlight: fc.integer({ min: 1, max: 20 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 30 }),
  answersMs: fc.array(fc.integer({ min: 20, max: 2_500 }), { minLength: 1, maxLength: 30 }),
  stopMs: fc.option(fc.integer({ min: 0, max: 8_000 })),
});
type Load = typeof load extends fc.Arbitrary<infer T> ? T : never;

async function sent(of: Load) {
  const clock = new VirtualClock(START_MS);
  const seconds: LoadSecond[] = [];
  const script = new RequestScript({
    sessions: of.sessions,
    timeoutMs: 1_000,
    seed: 1,
    mix: 'random',
  });
  const { kinds, hasSteps } = script;
  const onSecond = (second: LoadSecond): number => seconds.push(second);
  let engine: FakeEngine | undefined;
  const options = {
    clock,
    startAtMs: START_MS,
    script,
    share: { index: 0, count: 1 },
    durationMs: DURATION_MS,
    sendLag: new LatencyHistogram(),
    ledger: new LoadLedger({ durationMs: DURATION_MS, kinds, hasSteps, onSecond }),
    makeEngine: (events: ConstructorParameters<typeof FakeEngine>[0]) => {
      engine = new FakeEngine(events, {
        clock,
        startAtMs: START_MS,
        connections: of.connections,
        answerMs: (index) => of.answersMs[index % of.answersMs.length] ?? 0,
        fate: (_, index) => of.fates[index % of.fates.length] ?? { status: 200 },
      });
      return engine;
    },
    onProgress: () => undefined,
  };
  const driver: Driver = of.isOpen
    ? new OpenDriver({ ...options, maxInFlight: of.maxInFlight, schedule: arrivals(of) })
    : new ClosedDriver({ ...options, concurrency: of.connections });
  const finished = driver.run();
  if (of.stopMs !== null) clock.after(of.stopMs, () => driver.stop());
  clock.advance(1_000_000);
  await finished;
  return { seconds, requests: engine?.requests ?? [], sentAtMs: engine?.sentAtMs ?? [] };
}

/** How many sessions of each kind began. */
async function firstSteps(run: Load): Promise<Readonly<Record<string, number>>> {
  const { byRequest = {} } = totalOf((await sent(run)).seconds);
  const names = Object.keys(byRequest).filter((name) => !/\/t[12]$/.test(name));
  return Object.fromEntries(names.map((name) => [name, byRequest[name]?.due ?? 0]));
}

function arrivals({ ratePerSecond }: Load) {
  const stage = { kind: 'constant', name: 'c', durationMs: DURATION_MS, ratePerSecond } as const;
  return scheduleOf(profileOf({ stages: [stage] }), { spacing: 'poisson', seed: 3 });
}

describe('laws of sessions', () => {
  it('requests add up in every second, by kind and in total, whatever becomes of them', async () => {
    await fc.assert(
      fc.asyncProperty(load, async (of) => {
        const { seconds, requests, sentAtMs } = await sent(of);
        const total = totalOf(seconds);

        expect(seconds.flatMap(accountingFaults)).toEqual([]);
        expect(accountingFaults(total)).toEqual([]);
        expect(seconds.map(({ second }) => second)).toEqual(seconds.map((_, index) => index));
        expect(total.sent).toBe(requests.length);
        expect(seconds.length).toBeLessThanOrEqual(DURATION_MS / 1_000);
        if (of.stopMs === null) expect(total.unanswered + total.unsent).toBe(0);
        if (!of.isOpen) expect(sentAtMs.every((at) => at <= DURATION_MS + 1)).toBe(true);
        const { started = 0, finished = 0, failed = 0 } = total.sessions ?? {};
        expect(finished + failed).toBeLessThanOrEqual(started);
      }),
      { numRuns: 150 },
    );
  });

  it('which session an arrival is, and what it asks, does not depend on how others fared', async () => {
    await fc.assert(
      fc.asyncProperty(load, async (of) => {
        const calm = {
          ...of,
          isOpen: true,
          stopMs: null,
          maxInFlight: 10_000,
          connections: 10_000,
        };

        expect(await firstSteps({ ...calm, fates: [{ status: 200 }], answersMs: [1] })).toEqual(
          await firstSteps({ ...calm, connections: 1, fates: [{ failure: 'reset' }] }),
        );
      }),
      { numRuns: 30 },
    );
  });
});
