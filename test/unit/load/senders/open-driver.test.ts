import { describe, expect, it } from 'vitest';
import { accountingFaults, totalOf } from '../../../../src/load/accounting.js';
import { LatencyHistogram } from '../../../../src/load/histogram.js';
import { LoadLedger } from '../../../../src/load/ledger.js';
import { profileOf } from '../../../../src/load/profile.js';
import { scheduleOf } from '../../../../src/load/schedule.js';
import type { LoadProgress, LoadSecond } from '../../../../src/load/sender.js';
import type { Engine, EngineEvents, Exchange } from '../../../../src/load/senders/engine.js';
import { OpenDriver } from '../../../../src/load/senders/open-driver.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';

const START_MS = 1_000_000;

/** An engine with so many connections that answers after a time of the test's choosing. */
class FakeEngine implements Engine {
  readonly name = 'fake 1.0';
  readonly sentAtMs: number[] = [];
  isClosed = false;
  #busy = 0;
  readonly #events: EngineEvents;
  readonly #options: FakeOptions;

  constructor(events: EngineEvents, options: FakeOptions) {
    this.#events = events;
    this.#options = options;
  }

  send(exchange: Exchange): boolean {
    const { clock, connections, answerMs } = this.#options;
    if (this.#busy >= connections) return false;
    this.#busy++;
    const index = this.sentAtMs.length;
    this.sentAtMs.push(clock.now() - START_MS);
    const cancel = clock.after(answerMs(index), () => {
      this.#busy--;
      this.#events.answered(exchange, 200, undefined);
    });
    exchange.carrier = {
      abandon: () => {
        cancel();
        this.#busy--;
      },
    };
    return true;
  }

  close(): void {
    this.isClosed = true;
  }
}

interface FakeOptions {
  readonly clock: VirtualClock;
  readonly connections: number;
  readonly answerMs: (index: number) => number;
}

interface Options {
  readonly ratePerSecond?: number;
  readonly durationMs?: number;
  readonly connections?: number;
  readonly maxInFlight?: number;
  readonly timeoutMs?: number;
  readonly answerMs?: (index: number) => number;
}

function aRun(options: Options = {}) {
  const { ratePerSecond = 10, durationMs = 2_000, connections = 100 } = options;
  const { maxInFlight = 100, timeoutMs = 5_000, answerMs = () => 20 } = options;
  const clock = new VirtualClock(START_MS);
  const seconds: LoadSecond[] = [];
  const progress: LoadProgress[] = [];
  const sendLag = new LatencyHistogram();
  const profile = profileOf({
    stages: [{ kind: 'constant', name: 'c', durationMs, ratePerSecond }],
  });
  let engine: FakeEngine | undefined;
  const driver = new OpenDriver({
    clock,
    startAtMs: START_MS,
    timeoutMs,
    maxInFlight,
    durationMs,
    sendLag,
    schedule: scheduleOf(profile, { spacing: 'even', seed: 1 }),
    ledger: new LoadLedger({ durationMs, onSecond: (second) => seconds.push(second) }),
    makeEngine: (events) => {
      engine = new FakeEngine(events, { clock, connections, answerMs });
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
