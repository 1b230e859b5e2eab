import { describe, expect, it } from 'vitest';
import { accountingFaults, totalOf } from '../../../../src/load/accounting.js';
import { LatencyHistogram } from '../../../../src/load/histogram.js';
import { LoadLedger } from '../../../../src/load/ledger.js';
import { RequestScript } from '../../../../src/load/request-script.js';
import type { SessionSpec } from '../../../../src/load/request-spec.js';
import type { LoadSecond } from '../../../../src/load/sender.js';
import { ClosedDriver } from '../../../../src/load/driving/closed-driver.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';
import { aSession, aStep } from '../../../support/a-session.js';
import { FakeEngine, type FakeEngineOptions } from '../../../support/fake-engine.js';

const START_MS = 1_000_000;

interface Options {
  readonly sessions: readonly SessionSpec[];
  readonly concurrency?: number;
  readonly durationMs?: number;
  readonly fate?: NonNullable<FakeEngineOptions['fate']>;
}

function aRun({ sessions, concurrency = 1, durationMs = 2_000, fate }: Options) {
  const clock = new VirtualClock(START_MS);
  const seconds: LoadSecond[] = [];
  const script = new RequestScript({ sessions, timeoutMs: 500, seed: 1, mix: 'random' });
  const { kinds, hasSteps } = script;
  const onSecond = (second: LoadSecond): number => seconds.push(second);
  let engine: FakeEngine | undefined;
  const driver = new ClosedDriver({
    clock,
    startAtMs: START_MS,
    script,
    share: { index: 0, count: 1 },
    concurrency,
    durationMs,
    sendLag: new LatencyHistogram(),
    ledger: new LoadLedger({ durationMs, kinds, hasSteps, onSecond }),
    makeEngine: (events) => {
      engine = new FakeEngine(events, {
        clock,
        startAtMs: START_MS,
        connections: concurrency,
        answerMs: () => 100,
        ...(fate === undefined ? {} : { fate }),
      });
      return engine;
    },
    onProgress: () => undefined,
  });
  const finished = driver.run();
  if (engine === undefined) throw new Error('no engine was made');
  return { clock, engine, seconds, finished };
}

describe('users of the closed model', () => {
  it('go through one session after the other, thinking after each answer', async () => {
    const run = aRun({
      sessions: [
        aSession('visit', [
          aStep('look', { thinkTime: { kind: 'fixed', ms: 300 } }),
          aStep('leave', { thinkTime: { kind: 'fixed', ms: 500 } }),
        ]),
      ],
    });

    await run.clock.advanceAsync(3_000);
    await run.finished;

    // 100 for each answer, then 300 or 500 of thinking
    expect(run.engine.sentAtMs.map(Math.round)).toEqual([0, 400, 1_000, 1_400]);
    expect(totalOf(run.seconds)).toMatchObject({
      due: 4,
      late: 0,
      byRequest: { 'visit/look': { due: 2 }, 'visit/leave': { due: 2 } },
      sessions: { started: 2, finished: 2, failed: 0 },
    });
    expect(run.seconds.flatMap(accountingFaults)).toEqual([]);
  });

  it('without think time send at once, as many as there are users', async () => {
    const run = aRun({ sessions: [aSession('a', [aStep('x')])], concurrency: 3 });

    await run.clock.advanceAsync(3_000);
    await run.finished;

    expect(run.engine.sentAtMs).toHaveLength(3 * 20);
    expect(totalOf(run.seconds).answered).toEqual({ '2xx': 60 });
  });

  it('begin anew after an answer that failed a check, when they have thought', async () => {
    const run = aRun({
      sessions: [
        aSession('s', [
          aStep('login', {
            checks: [{ kind: 'status', allowed: [{ from: 200, to: 200 }] }],
            thinkTime: { kind: 'fixed', ms: 200 },
          }),
          aStep('never', { request: { method: 'GET', path: '/never', headers: {} } }),
        ]),
      ],
      durationMs: 1_000,
      fate: () => ({ status: 503 }),
    });

    await run.clock.advanceAsync(2_000);
    await run.finished;

    expect(run.engine.sentAtMs.map(Math.round)).toEqual([0, 300, 600, 900]);
    expect(run.engine.requests.map(({ path }) => path)).toEqual(['/', '/', '/', '/']);
    expect(totalOf(run.seconds)).toMatchObject({
      failed: { check: 4 },
      failedChecks: { 's/login: status 503': 4 },
      sessions: { started: 4, finished: 0, failed: 4 },
    });
  });

  it('take numbers in turn, so that each session has its own values', async () => {
    const request = { method: 'GET', path: '/${seq}', headers: {} };
    const run = aRun({
      sessions: [aSession('a', [aStep('x', { request })])],
      concurrency: 2,
      durationMs: 300,
    });

    await run.clock.advanceAsync(1_000);
    await run.finished;

    expect(run.engine.requests.map(({ path }) => path)).toEqual([
      '/0',
      '/1',
      '/2',
      '/3',
      '/4',
      '/5',
    ]);
  });
});
