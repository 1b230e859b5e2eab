import { describe, expect, it } from 'vitest';
import { accountingFaults, totalOf } from '../../../../src/load/accounting.js';
import { LatencyHistogram } from '../../../../src/load/histogram.js';
import { LoadLedger } from '../../../../src/load/ledger.js';
import { profileOf } from '../../../../src/load/profile.js';
import { RequestScript } from '../../../../src/load/request-script.js';
import { oneRequest, type SessionSpec } from '../../../../src/load/request-spec.js';
import { scheduleOf } from '../../../../src/load/schedule.js';
import type { LoadProgress, LoadSecond } from '../../../../src/load/sender.js';
import { OpenDriver } from '../../../../src/load/driving/open-driver.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';
import { aSession, aStep } from '../../../support/a-session.js';
import { FakeEngine, type FakeEngineOptions } from '../../../support/fake-engine.js';

const START_MS = 1_000_000;

interface Options {
  readonly ratePerSecond?: number;
  readonly durationMs?: number;
  readonly connections?: number;
  readonly maxInFlight?: number;
  readonly timeoutMs?: number;
  readonly answerMs?: (index: number) => number;
  readonly fate?: NonNullable<FakeEngineOptions['fate']>;
  readonly sessions?: readonly SessionSpec[];
}

function aRun(options: Options = {}) {
  const { ratePerSecond = 10, durationMs = 2_000, connections = 100 } = options;
  const { maxInFlight = 100, timeoutMs = 5_000, answerMs = () => 20, fate } = options;
  const { sessions = oneRequest({ method: 'GET', path: '/', headers: {} }) } = options;
  const clock = new VirtualClock(START_MS);
  const seconds: LoadSecond[] = [];
  const progress: LoadProgress[] = [];
  const sendLag = new LatencyHistogram();
  const profile = profileOf({
    stages: [{ kind: 'constant', name: 'c', durationMs, ratePerSecond }],
  });
  let engine: FakeEngine | undefined;
  const script = new RequestScript({ sessions, timeoutMs, seed: 1, mix: 'even' });
  const { kinds, hasSteps } = script;
  const onSecond = (second: LoadSecond): number => seconds.push(second);
  const driver = new OpenDriver({
    clock,
    startAtMs: START_MS,
    script,
    share: { index: 0, count: 1 },
    maxInFlight,
    durationMs,
    sendLag,
    schedule: scheduleOf(profile, { spacing: 'even', seed: 1 }),
    ledger: new LoadLedger({ durationMs, kinds, hasSteps, onSecond }),
    makeEngine: (events) => {
      engine = new FakeEngine(events, {
        clock,
        startAtMs: START_MS,
        connections,
        answerMs,
        ...(fate === undefined ? {} : { fate }),
      });
      return engine;
    },
    onProgress: (each) => progress.push(each),
  });
  const finished = driver.run();
  if (engine === undefined) throw new Error('no engine was made');
  return { clock, driver, engine, seconds, progress, sendLag, finished };
}

describe('the open model', () => {
  it('sends each arrival when it is due and ends with the load', async () => {
    const run = aRun({ durationMs: 1_000 });

    run.clock.advance(1_010);
    await run.finished;

    expect(run.engine.sentAtMs.map(Math.round)).toEqual([
      50, 150, 250, 350, 450, 550, 650, 750, 850, 950,
    ]);
    expect(run.engine.isClosed).toBe(true);
    expect(run.seconds).toMatchObject([{ due: 10, sent: 10, late: 0, answered: { '2xx': 10 } }]);
  });

  it('sends on whatever became of earlier requests', () => {
    const run = aRun({ answerMs: () => 60_000 });

    run.clock.advance(2_000);

    expect(run.engine.sentAtMs).toHaveLength(20);
  });

  it('counts the wait for a connection in the response time and not in the service time', async () => {
    // one connection that takes 200 ms serves 5 a second of 10
    const run = aRun({ connections: 1, answerMs: () => 200 });

    await run.clock.advanceAsync(5_000);
    await run.finished;

    const total = totalOf(run.seconds);
    const response = new LatencyHistogram();
    response.add(total.responseTime);
    const service = new LatencyHistogram();
    service.add(total.serviceTime);
    expect(total).toMatchObject({ due: 20, sent: 20, late: 0 });
    expect(service.maxMs()).toBeCloseTo(200, 0);
    // the last is due at 1950 and answered at 50 + 20 * 200
    expect((response.maxMs() ?? 0) / 2_100).toBeCloseTo(1, 2);
  });

  it('does not take the wait for a connection for its own lateness', () => {
    const run = aRun({ connections: 1, answerMs: () => 200 });

    run.clock.advance(5_000);

    expect(run.sendLag.count).toBe(1);
    expect(run.sendLag.maxMs()).toBe(0);
  });

  it('drops what is due while maxInFlight are sent or waiting', () => {
    const run = aRun({ connections: 2, maxInFlight: 5, answerMs: () => 60_000, timeoutMs: 90_000 });

    run.clock.advance(2_000);
    run.driver.stop();

    expect(totalOf(run.seconds)).toMatchObject({
      due: 20,
      sent: 2,
      unsent: 3,
      dropped: 15,
      unanswered: 2,
    });
  });

  it('gives a request up after the timeout, counted from its send, and uses its place again', async () => {
    const run = aRun({ connections: 1, timeoutMs: 300, answerMs: () => 60_000, durationMs: 1_000 });

    await run.clock.advanceAsync(4_000);
    await run.finished;

    expect(totalOf(run.seconds)).toMatchObject({ due: 10, sent: 10, failed: { timeout: 10 } });
    expect(run.engine.sentAtMs.map(Math.round).slice(0, 3)).toEqual([50, 350, 650]);
  });

  it('when stopped tells what is under way as unanswered and sends no more', async () => {
    const run = aRun({ answerMs: () => 400, durationMs: 60_000 });

    run.clock.advance(1_500);
    run.driver.stop();
    await run.finished;
    run.clock.advance(5_000);

    expect(run.engine.sentAtMs).toHaveLength(15);
    expect(totalOf(run.seconds)).toMatchObject({ due: 15, sent: 15, unanswered: 4 });
    expect(run.seconds.flatMap(accountingFaults)).toEqual([]);
  });

  it('tells each second how it goes', () => {
    const run = aRun({ connections: 1, answerMs: () => 200, durationMs: 3_000 });

    run.clock.advance(2_000);

    expect(run.progress).toHaveLength(2);
    expect(run.progress[1]).toMatchObject({ inFlight: 1, sentPerSecond: 5, answeredPerSecond: 5 });
    expect(run.progress[1]?.waiting).toBeGreaterThan(5);
  });
});

describe('sessions in the open model', () => {
  const shopping = aSession('shop', [
    aStep('login', {
      request: { method: 'POST', path: '/login', headers: {} },
      extract: { token: { kind: 'json', path: 'token' } },
      thinkTime: { kind: 'fixed', ms: 300 },
    }),
    aStep('buy', { request: { method: 'GET', path: '/buy/${token}', headers: {} } }),
  ]);

  it('send each step when its user has thought, with what the answer before it said', async () => {
    const run = aRun({
      ratePerSecond: 1,
      durationMs: 2_000,
      sessions: [shopping],
      answerMs: () => 100,
      fate: token,
    });

    await run.clock.advanceAsync(4_000);
    await run.finished;

    expect(run.engine.sentAtMs.map(Math.round)).toEqual([500, 900, 1_500, 1_900]);
    expect(run.engine.requests.map(({ path }) => path)).toEqual([
      '/login',
      '/buy/t0',
      '/login',
      '/buy/t2',
    ]);
    expect(run.seconds).toMatchObject([
      { due: 2, sent: 2, answered: { '2xx': 2 }, sessions: { started: 1, finished: 0 } },
      { due: 2, sent: 2, late: 0, sessions: { started: 1, finished: 2, failed: 0 } },
    ]);
    expect(run.seconds.flatMap(accountingFaults)).toEqual([]);
  });

  it('count a step in the second in which it is due', async () => {
    const run = aRun({
      ratePerSecond: 1,
      sessions: [shopping],
      answerMs: () => 300,
      fate: token,
    });

    await run.clock.advanceAsync(4_000);
    await run.finished;

    // due at 500 and 1500; their second steps at 1100 and, after the load's end, 2100
    expect(run.seconds.map(({ due }) => due)).toEqual([1, 2]);
    expect(run.seconds[1]?.byRequest).toMatchObject({
      'shop/login': { due: 1 },
      'shop/buy': { due: 1 },
    });
  });

  it('are cut off by the end of the load', async () => {
    const run = aRun({ ratePerSecond: 1, sessions: [shopping], answerMs: () => 300, fate: token });

    await run.clock.advanceAsync(4_000);
    await run.finished;

    expect(totalOf(run.seconds).sessions).toEqual({ started: 2, finished: 1, failed: 0 });
    expect(run.engine.requests).toHaveLength(3);
  });

  it('end with a step that failed, or whose answer lacks what the next one needs', async () => {
    const fates = [{ failure: 'reset' as const }, { status: 200, body: '{}' }, { status: 200 }];
    const run = aRun({
      ratePerSecond: 1,
      durationMs: 3_000,
      sessions: [shopping],
      fate: (_, index) => fates[index] ?? { status: 200 },
    });

    await run.clock.advanceAsync(4_000);
    await run.finished;

    expect(totalOf(run.seconds)).toMatchObject({
      sent: 3,
      answered: {},
      failed: { reset: 1, check: 2 },
      failedChecks: { 'shop/login: no token': 2 },
      sessions: { started: 3, finished: 0, failed: 3 },
    });
    expect(run.seconds.flatMap(accountingFaults)).toEqual([]);
  });

  it('end with a step that was dropped', () => {
    const run = aRun({
      ratePerSecond: 2,
      durationMs: 2_000,
      sessions: [shopping],
      maxInFlight: 1,
      answerMs: (index) => (index === 0 ? 100 : 60_000),
      fate: token,
    });

    // due at 250; answered at 350, so that its second step is due at 650 and sent; 750 is dropped
    run.clock.advance(1_900);
    run.driver.stop();

    expect(totalOf(run.seconds)).toMatchObject({
      due: 5,
      sent: 2,
      dropped: 3,
      sessions: { started: 4, finished: 0, failed: 3 },
    });
    expect(run.seconds.flatMap(accountingFaults)).toEqual([]);
  });

  it('stopped while users think leave nothing that was not due', () => {
    const run = aRun({ ratePerSecond: 1, sessions: [shopping], fate: token });

    run.clock.advance(600);
    run.driver.stop();
    run.clock.advance(5_000);

    expect(totalOf(run.seconds)).toMatchObject({ due: 1, sent: 1, answered: { '2xx': 1 } });
    expect(run.engine.requests).toHaveLength(1);
  });

  it('give each request its own timeout', async () => {
    const slow = aSession('slow', [aStep('only', { timeoutMs: 900 })]);
    const quick = aSession('quick', [aStep('only', { timeoutMs: 200 })]);
    const run = aRun({ sessions: [slow, quick], answerMs: () => 500, durationMs: 1_000 });

    await run.clock.advanceAsync(3_000);
    await run.finished;

    const { byRequest } = totalOf(run.seconds);
    expect(byRequest?.['slow']).toMatchObject({ answered: { '2xx': 5 }, failed: {} });
    expect(byRequest?.['quick']).toMatchObject({ answered: {}, failed: { timeout: 5 } });
  });
});

function token(_: unknown, index: number) {
  return { status: 200, body: `{"token":"t${index}"}` };
}
