/** What every load sender must do, whatever it sends with. */
import { availableParallelism } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { accountingFaults, type LoadTotals, totalOf } from '../../src/load/accounting.js';
import { LatencyHistogram, mergeHistograms } from '../../src/load/histogram.js';
import { profileOf } from '../../src/load/profile.js';
import { instantsOf, scheduleOf } from '../../src/load/schedule.js';
import { oneRequest } from '../../src/load/request-spec.js';
import type {
  ConnectionPolicy,
  LoadPlan,
  LoadProgress,
  LoadSecond,
  LoadSender,
  AuditedLoadSummary,
  OpenLoad,
} from '../../src/load/sender.js';
import { WallClock } from '../../src/time/wall-clock.js';
import {
  type Behavior,
  type FaultyServer,
  type FaultyServerOptions,
  faultyServer,
} from '../support/faulty-server.js';
import { listen } from '../support/loopback.js';
import { createServer } from 'node:net';

/** Names of the tests that a sender may be excused from. */
export type SenderTest = 'pacing' | 'garbage';

/** A sender to hold against the contract. */
export interface SenderUnderTest {
  readonly name: string;
  readonly create: () => LoadSender<AuditedLoadSummary>;
  readonly skip: readonly { readonly reason: string; readonly tests: readonly SenderTest[] }[];
}

/** How near a time measured on a machine shared with other work is to be. */
const TOLERANCE_MS = 3;
/** Where sender and server admit to no more lag, together and at worst, the machine was theirs. */
const QUIET_LAG_MS = 30;
/** A second try for tests of real time: another program may have had the machine. */
const REAL_TIME = { retry: 2 };
const PER_REQUEST: ConnectionPolicy = { kind: 'per-request' };
const KEEP_ALIVE: ConnectionPolicy = { kind: 'keep-alive' };

interface Sent {
  readonly seconds: readonly LoadSecond[];
  readonly progress: readonly LoadProgress[];
  readonly total: LoadTotals;
  readonly summary: AuditedLoadSummary;
  readonly startAtMs: number;
}

const clock = new WallClock();
const ends: (() => void)[] = [];

/** Declares the contract's tests for one sender. */
export function loadSenderContract({ name, create, skip }: SenderUnderTest): void {
  const skipped = new Set(skip.flatMap(({ tests }) => tests));

  const send = async (
    url: string,
    plan: Partial<LoadPlan> & Pick<LoadPlan, 'load'>,
    options: {
      readonly signal?: AbortSignal;
      readonly onSecond?: (second: LoadSecond) => void;
    } = {},
  ): Promise<Sent> => {
    const seconds: LoadSecond[] = [];
    const progress: LoadProgress[] = [];
    const startAtMs = clock.now() + 400; // what a process takes to start
    const summary = await create().send(
      {
        requests: oneRequest({ method: 'GET', path: '/work', headers: {} }),
        connections: KEEP_ALIVE,
        maxConnections: 500,
        maxInFlight: 2_000,
        timeoutMs: 5_000,
        seed: 1,
        ...plan,
      },
      {
        baseUrl: url,
        startAtMs,
        signal: options.signal ?? new AbortController().signal,
        onSecond: (second) => {
          seconds.push(second);
          options.onSecond?.(second);
        },
        onProgress: (each) => progress.push(each),
      },
    );
    expectAccounts(seconds);
    return { seconds, progress, total: totalOf(seconds), summary, startAtMs };
  };

  describe(`contract of a load sender: ${name}`, () => {
    afterAll(() => {
      for (const end of ends.splice(0)) end();
    });

    describe.skipIf(skipped.has('pacing'))('times', () => {
      it('of a server that takes 100 ms are what the server took', REAL_TIME, async () => {
        const floor = await send((await server()).url, { load: constant(50, 1_000) });
        const slow = await server({ delayMs: () => 100 });

        const sent = await send(slow.url, { load: constant(50, 3_000) });

        expect(sent.total).toMatchObject({ due: 150, sent: 150, answered: { '2xx': 150 } });
        expect(slow.arrived).toHaveLength(150);
        const took = new LatencyHistogram();
        for (const { atMs, answeredAtMs } of slow.arrived)
          took.recordMs((answeredAtMs ?? 0) - atMs);
        for (const percentile of [50, 99]) {
          // of the service time: a sender that a busy machine let begin late is not the floor
          const expected = at(took, percentile) + at(serviceTimes(floor), percentile);
          const off = Math.abs(at(responseTimes(sent), percentile) - expected);
          expect(off).toBeLessThan(
            TOLERANCE_MS + (percentile === 50 ? 0 : admittedLagMs(sent, slow)),
          );
        }
        expect(at(responseTimes(sent), 50)).toBeGreaterThanOrEqual(99.5);
      });

      it('of a stall are counted from when each was due', REAL_TIME, async () => {
        const stall = { fromMs: 0, toMs: 0 };
        const stalling = await server({
          delayMs: (_, nowMs) =>
            nowMs >= stall.fromMs && nowMs < stall.toMs ? stall.toMs - nowMs : 0,
        });
        const beganMs = clock.now() + 400;
        stall.fromMs = beganMs + 1_500;
        stall.toMs = stall.fromMs + 1_000;
        const load = constant(200, 10_000);

        const sent = await send(stalling.url, { load });

        const truth = new LatencyHistogram();
        for (const dueMs of dueTimes(load)) {
          const atMs = sent.startAtMs + dueMs;
          const isStalled = atMs >= stall.fromMs && atMs < stall.toMs;
          truth.recordMs(isStalled ? stall.toMs - atMs : 0);
        }
        expect(sent.total).toMatchObject({ due: 2_000, answered: { '2xx': 2_000 } });
        for (const percentile of [91, 95, 99, 100]) {
          const expected = at(truth, percentile);
          expect(Math.abs(at(responseTimes(sent), percentile) - expected)).toBeLessThan(
            expected * 0.02 + TOLERANCE_MS + admittedLagMs(sent, stalling),
          );
        }
        expect(at(responseTimes(sent), 50)).toBeLessThan(20);
      });
    });

    describe.skipIf(skipped.has('pacing'))('arrivals', () => {
      it.each([{ rate: 50 }, { rate: 500 }, { rate: 5_000 }])(
        'at $rate a second come in every 100 ms as scheduled',
        REAL_TIME,
        async ({ rate }) => {
          const target = await server();
          const load = constant(rate, 2_000);

          const sent = await send(target.url, { load, maxInFlight: rate * 2 });

          const wanted = windows(dueTimes(load));
          const came = windows(target.arrived.map(({ atMs }) => atMs - sent.startAtMs));
          expect(target.arrived).toHaveLength(rate * 2);
          const beyond = wanted.map(
            (count, index) => Math.abs((came[index] ?? 0) - count) - (1 + count * 0.02),
          );
          // a pause of the machine displaces what was due in it and just before; a pacer at fault
          // (in bursts, or drifting) displaces most windows
          const asScheduled = beyond.filter((each) => each <= 0).length;
          expect(asScheduled / wanted.length).toBeGreaterThan(0.6);
          const lagMs = admittedLagMs(sent, target);
          if (lagMs >= QUIET_LAG_MS) return;
          // twice: whoever wakes late keeps the other waiting, too
          expect(Math.max(...beyond)).toBeLessThanOrEqual((2 * lagMs * rate) / 1_000);
          expect(wanted.length - asScheduled).toBeLessThanOrEqual(5);
        },
      );
    });

    describe('arrivals, whatever becomes of them', () => {
      it('show the backlog of a server that is slower than they are', async () => {
        const pace = pacedAt(50);
        const slow = await server({ delayMs: pace });

        const sent = await send(slow.url, { load: constant(100, 3_000), maxConnections: 10 });

        const medians = sent.seconds.map(({ responseTime }) =>
          at(mergeHistograms([responseTime]), 50),
        );
        expect(sent.total).toMatchObject({ due: 300, answered: { '2xx': 300 } });
        expect(medians[1]).toBeGreaterThan((medians[0] ?? 0) + 500);
        expect(medians[2]).toBeGreaterThan((medians[1] ?? 0) + 500);
        expect(Math.max(...sent.progress.map(({ waiting }) => waiting))).toBeGreaterThan(50);
        // the service time is that of ten at once, and hides all of it
        expect(at(serviceTimes(sent), 99)).toBeLessThan(500);
      });

      it('follow a ramp and a silence, second by second', async () => {
        const target = await server();

        const sent = await send(target.url, {
          load: {
            model: 'open',
            spacing: 'even',
            profile: {
              stages: [
                {
                  kind: 'ramp',
                  name: 'up',
                  durationMs: 2_000,
                  fromPerSecond: 0,
                  toPerSecond: 100,
                },
                { kind: 'constant', name: 'none', durationMs: 1_000, ratePerSecond: 0 },
                { kind: 'constant', name: 'end', durationMs: 500, ratePerSecond: 40 },
              ],
            },
          },
        });

        expect(sent.seconds.map(({ second, due }) => [second, due])).toEqual([
          [0, 25],
          [1, 75],
          [2, 0],
          [3, 20],
        ]);
        expect(target.arrived).toHaveLength(120);
      });

      it('beyond maxInFlight are dropped, and counted', async () => {
        const silent = await server({ behave: () => 'silence' });

        const sent = await send(silent.url, {
          load: constant(100, 1_000),
          maxInFlight: 30,
          timeoutMs: 3_000,
        });

        expect(sent.total).toMatchObject({
          due: 100,
          dropped: 70,
          sent: 30,
          failed: { timeout: 30 },
        });
        expect(silent.arrived).toHaveLength(30);
      });

      it('that were due before it began are sent at once, and late', async () => {
        const target = await server();
        const seconds: LoadSecond[] = [];

        await create().send(
          {
            load: constant(50, 2_000),
            requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
            connections: KEEP_ALIVE,
            maxConnections: 100,
            maxInFlight: 100,
            timeoutMs: 10_000,
            seed: 1,
          },
          {
            baseUrl: target.url,
            startAtMs: clock.now() - 1_000,
            signal: new AbortController().signal,
            onSecond: (second) => seconds.push(second),
            onProgress: () => undefined,
          },
        );

        expectAccounts(seconds);
        expect(totalOf(seconds).sent).toBe(100);
        expect(seconds[0]?.late).toBeGreaterThanOrEqual(49);
      });
    });

    describe.concurrent('failures', () => {
      const kinds = [
        { behavior: 'close', kind: 'closed' },
        { behavior: 'truncate', kind: 'truncated' },
        { behavior: 'reset', kind: 'reset' },
        { behavior: 'silence', kind: 'timeout' },
        ...(skipped.has('garbage') ? [] : [{ behavior: 'garbage', kind: 'other' } as const]),
      ] as const;

      it.each(kinds)('$behavior counts as $kind, each one', async ({ behavior, kind }) => {
        const runs = [KEEP_ALIVE, PER_REQUEST].map(async (connections) => {
          const target = await server({ behave: tenth(behavior) });
          const sent = await send(target.url, {
            load: constant(100, 1_000),
            connections,
            // long where it is not what is looked at: the machine may be busy
            timeoutMs: behavior === 'silence' ? 1_500 : 10_000,
          });
          return { sent, target };
        });

        for (const { sent, target } of await Promise.all(runs)) {
          expect(sent.total.failed).toEqual({ [kind]: 10 });
          expect(sent.total.answered).toEqual({ '2xx': 90 });
          expect(target.arrived).toHaveLength(100);
        }
      });

      it('of a port that nobody listens on are refused, each once and at once', async () => {
        const nobody = await listen(createServer());
        nobody.close();

        const sent = await send(nobody.url, { load: constant(100, 1_000) });

        expect(sent.total).toMatchObject({ due: 100, sent: 100, failed: { refused: 100 } });
        expect(sent.summary.endedAtMs - sent.startAtMs).toBeLessThan(1_500);
      });

      it('of TLS with a server that has none are TLS failures', async () => {
        const plain = await listen(createServer((socket) => socket.end('220 hello')));
        ends.push(() => plain.close());

        const sent = await send(plain.url.replace('http:', 'https:'), {
          load: constant(20, 500),
          timeoutMs: 1_000,
          tls: { isVerified: false },
        });

        expect(sent.total.sent).toBe(10);
        expect(sent.total.failed).toEqual({ tls: 10 });
      });

      it('are not told of connections that had nothing to do for longer than the timeout', async () => {
        const target = await server();

        const sent = await send(target.url, {
          load: {
            model: 'open',
            spacing: 'even',
            profile: {
              stages: [
                { kind: 'constant', name: 'first', durationMs: 300, ratePerSecond: 40 },
                { kind: 'constant', name: 'idle', durationMs: 1_200, ratePerSecond: 0 },
                { kind: 'constant', name: 'again', durationMs: 300, ratePerSecond: 40 },
              ],
            },
          },
          timeoutMs: 800,
        });

        expect(sent.total).toMatchObject({ due: 24, answered: { '2xx': 24 }, failed: {} });
        expect(target.arrived).toHaveLength(24);
      });

      it('end when a server that was killed is back', async () => {
        const first = await server();
        const restart = async (): Promise<void> => {
          await clock.sleep(1_200);
          first.close();
          await clock.sleep(800);
          await server({ port: first.port });
        };
        const restarted = restart();

        const sent = await send(first.url, { load: constant(100, 3_000) });
        await restarted;

        const [, dark] = sent.seconds;
        const last = sent.seconds.at(-1);
        expect(sent.total.due).toBe(300);
        expect(sent.total.failed.refused).toBeGreaterThan(50);
        expect(dark?.answered).not.toEqual({ '2xx': 100 });
        expect(last?.answered).toEqual({ '2xx': 100 });
      });

      it('of every kind at once add up, in every second and in total', async () => {
        const behaviors: readonly Behavior[] = [
          'answer',
          'answer-500',
          'close',
          'answer-chunked',
          'truncate',
          'answer-and-close',
          'reset',
          'silence',
          ...(skipped.has('garbage') ? [] : (['garbage'] as const)),
        ];
        const target = await server({
          behave: (index) => behaviors[(index * 7 + (index >> 3)) % behaviors.length] ?? 'answer',
          delayMs: (index) => (index * 13) % 60,
        });

        const sent = await send(target.url, {
          load: { ...constant(300, 3_000), spacing: 'poisson' },
          timeoutMs: 2_000,
        });

        const of = (...wanted: readonly Behavior[]): number =>
          target.arrived.filter(({ behavior }) => wanted.includes(behavior)).length;
        const { failed, answered } = sent.total;
        expect(sent.total.sent).toBe(sent.total.due);
        expect(answered).toEqual({
          '2xx': of('answer', 'answer-chunked', 'answer-and-close'),
          '5xx': of('answer-500'),
        });
        expect(failed.closed).toBe(of('close'));
        expect(failed.truncated).toBe(of('truncate'));
        expect(failed.reset).toBe(of('reset'));
        expect(failed.timeout).toBe(of('silence'));
        expect(sent.total.byPod).toEqual({
          'web-1': of('answer', 'answer-500', 'answer-and-close'),
        });
      });
    });

    describe.concurrent('connections', () => {
      it('are new for each request with the policy per-request', async () => {
        const target = await server();

        const sent = await send(target.url, {
          load: constant(100, 1_000),
          connections: PER_REQUEST,
        });

        expect(sent.total.answered).toEqual({ '2xx': 100 });
        expect(target.connections()).toBe(100);
      });

      it('are used again with keep-alive: as many as are needed at once', async () => {
        const target = await server({ delayMs: () => 50 });

        const sent = await send(target.url, { load: constant(100, 2_000) });

        expect(sent.total.answered).toEqual({ '2xx': 200 });
        expect(target.connections()).toBeGreaterThanOrEqual(5);
        expect(target.connections()).toBeLessThan(40);
      });

      it('carry at most maxRequests', async () => {
        const target = await server();

        const sent = await send(target.url, {
          load: constant(100, 1_000),
          connections: { kind: 'keep-alive', maxRequests: 10 },
          maxConnections: 1,
        });

        expect(sent.total.answered).toEqual({ '2xx': 100 });
        expect(target.connections()).toBe(10);
      });

      it('get no request when they are older than maxAge', async () => {
        const target = await server();

        const sent = await send(target.url, {
          load: constant(100, 2_000),
          connections: { kind: 'keep-alive', maxAgeMs: 500 },
          maxConnections: 1,
        });

        expect(sent.total.answered).toEqual({ '2xx': 200 });
        expect(target.connections()).toBeGreaterThanOrEqual(4);
        expect(target.connections()).toBeLessThanOrEqual(5);
      });

      it('that the server closes after an answer cost no request', async () => {
        const target = await server({ behave: () => 'answer-and-close' });

        const sent = await send(target.url, { load: constant(200, 1_000) });

        expect(sent.total.answered).toEqual({ '2xx': 200 });
        expect(target.connections()).toBe(200);
      });

      it('never exceed maxConnections', async () => {
        const target = await server({ delayMs: () => 100 });

        const sent = await send(target.url, {
          load: constant(100, 1_000),
          maxConnections: 7,
        });

        expect(sent.total.answered).toEqual({ '2xx': 100 });
        expect(target.mostAtOnce()).toBe(7);
      });
    });

    describe('the closed model', () => {
      it('sends as fast as answers come, with as many at once as there are users', async () => {
        const target = await server({ delayMs: () => 50 });

        const sent = await send(target.url, {
          load: { model: 'closed', concurrency: 5, durationMs: 2_000 },
        });

        expect(target.mostAtOnce()).toBe(5);
        expect(sent.total.sent).toBe(target.arrived.length);
        expect(sent.total.sent).toBeGreaterThan(120);
        expect(sent.total.sent).toBeLessThanOrEqual(205);
        expect(sent.seconds).toHaveLength(2);
      });

      it('does not hammer a port that nobody listens on', async () => {
        const nobody = await listen(createServer());
        nobody.close();

        const sent = await send(nobody.url, {
          load: { model: 'closed', concurrency: 5, durationMs: 1_000 },
        });

        expect(sent.total.failed.refused).toBe(sent.total.sent);
        expect(sent.total.sent).toBeGreaterThan(5);
        expect(sent.total.sent).toBeLessThan(100);
      });
    });

    describe('the end', () => {
      it('comes soon after the signal, with all that is under way unanswered', async () => {
        const silent = await server({ behave: () => 'silence' });
        const controller = new AbortController();
        const stopping = clock.sleep(2_000).then(() => controller.abort());

        const sent = await send(
          silent.url,
          { load: constant(50, 60_000), maxConnections: 20, timeoutMs: 30_000 },
          { signal: controller.signal },
        );
        await stopping;

        expect(sent.total.unanswered).toBe(20);
        expect(sent.total.unsent).toBe(sent.total.due - 20);
        expect(sent.total.due).toBeGreaterThan(50);
        expect(sent.total.due).toBeLessThan(110);
        expect(sent.summary.endedAtMs - sent.startAtMs).toBeLessThan(3_000);
      });

      it('has a summary with the engine and an honest audit', async () => {
        const target = await server();

        const { summary } = await send(target.url, { load: constant(50, 1_000) });

        expect(summary.engine).toMatch(/\d/);
        expect(summary.audit.cpuMs).toBeGreaterThan(0);
        expect(summary.audit.cpuMs).toBeLessThan(summary.audit.elapsedMs * 2);
        const { sendLagP50Ms = Number.NaN, sendLagP99Ms = Number.NaN } = summary.audit;
        expect(sendLagP99Ms).toBeGreaterThanOrEqual(sendLagP50Ms);
        expect(summary.audit.sendLagMaxMs).toBeGreaterThanOrEqual(sendLagP99Ms);
        expect(summary.audit.maxRssBytes).toBeGreaterThan(10_000_000);
        const { gcPauseMs = Number.NaN, gcLongestMs = Number.NaN, machineShare } = summary.audit;
        expect(gcPauseMs).toBeGreaterThanOrEqual(gcLongestMs);
        expect(gcLongestMs).toBeGreaterThanOrEqual(0);
        expect(machineShare).toBeCloseTo(
          summary.audit.cpuMs / summary.audit.elapsedMs / availableParallelism(),
        );
      });
    });
  });
}

async function server(options: FaultyServerOptions = {}): Promise<FaultyServer> {
  const made = await faultyServer(options);
  ends.push(() => made.close());
  return made;
}

function tenth(behavior: Behavior): (index: number) => Behavior {
  return (index) => (index % 10 === 3 ? behavior : 'answer');
}

/**
 * By how much a time may be off because the machine was busy: as much as the sender and this process
 * say they were late. On a quiet machine that is a millisecond or two; more would be the sender
 * hiding its lateness.
 */
function admittedLagMs({ summary }: Sent, target: FaultyServer): number {
  return (
    (summary.audit.sendLagMaxMs ?? 0) + (summary.audit.eventLoopLagP99Ms ?? 0) + target.worstLagMs()
  );
}

function constant(ratePerSecond: number, durationMs: number): OpenLoad {
  return {
    model: 'open',
    spacing: 'even',
    profile: { stages: [{ kind: 'constant', name: 'c', durationMs, ratePerSecond }] },
  };
}

function dueTimes(load: OpenLoad): readonly number[] {
  return [...instantsOf(scheduleOf(profileOf(load.profile), { spacing: load.spacing, seed: 1 }))];
}

/** Requests are answered one after the other, so many a second. */
function pacedAt(perSecond: number): (index: number, nowMs: number) => number {
  let freeAtMs = 0;
  return (_, nowMs) => {
    freeAtMs = Math.max(freeAtMs, nowMs) + 1_000 / perSecond;
    return freeAtMs - nowMs;
  };
}

function windows(instantsMs: readonly number[]): readonly number[] {
  const counts: number[] = Array.from({ length: 20 }, () => 0);
  for (const instantMs of instantsMs) {
    const window = Math.floor(instantMs / 100);
    counts[window] = (counts[window] ?? 0) + 1;
  }
  return counts;
}

function responseTimes({ seconds }: Sent): LatencyHistogram {
  return mergeHistograms(seconds.map(({ responseTime }) => responseTime));
}

function serviceTimes({ seconds }: Sent): LatencyHistogram {
  return mergeHistograms(seconds.map(({ serviceTime }) => serviceTime));
}

function at(histogram: LatencyHistogram, percentile: number): number {
  const found = histogram.percentileMs(percentile);
  if (found === undefined) throw new Error('expected a histogram that is not empty');
  return found;
}

function expectAccounts(seconds: readonly LoadSecond[]): void {
  expect(seconds.flatMap((second) => accountingFaults(second))).toEqual([]);
  expect(seconds.map(({ second }) => second)).toEqual(seconds.map((_, index) => index));
}
