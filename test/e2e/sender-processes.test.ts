import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { accountingFaults, type LoadTotals, totalOf } from '../../src/load/accounting.js';
import { oneRequest } from '../../src/load/request-spec.js';
import type {
  LoadPlan,
  LoadProgress,
  LoadSecond,
  AuditedLoadSummary,
} from '../../src/load/sender.js';
import { ProcessSender } from '../../src/load/senders/process-sender.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { aSession, aStep } from '../support/a-session.js';
import { faultyServer } from '../support/faulty-server.js';
import { listen } from '../support/loopback.js';

/** What several processes may take to start on a busy machine. */
const LEAD_MS = 600;

const clock = new WallClock();
const ends: (() => unknown)[] = [];

afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const plan: LoadPlan = {
  load: openLoad(200, 1_000),
  requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
  connections: { kind: 'keep-alive' },
  maxConnections: 100,
  maxInFlight: 1_000,
  timeoutMs: 5_000,
  seed: 7,
};

describe('several sender processes', () => {
  it.each(['even', 'poisson'] as const)(
    'send the same requests as one, from the same seed, with %s spacing',
    async (spacing) => {
      const session = aSession('session', [
        aStep('first', { request: { method: 'GET', path: '/${seq}/${id}', headers: {} } }),
        aStep('second', {
          request: { method: 'GET', path: '/${seq}/${id}/${int(1,1000000)}', headers: {} },
          thinkTime: { kind: 'uniform', minMs: 1, maxMs: 5 },
        }),
      ]);
      const other = aSession('other', [
        aStep('only', { request: { method: 'GET', path: '/other/${seq}/${uuid}', headers: {} } }),
      ]);
      const mixed: LoadPlan = {
        ...plan,
        load: { ...openLoad(200, 1_000), spacing },
        requests: [{ ...session, values: { id: '${choice(a,b,c)}' } }, other],
      };
      const [one, three] = await Promise.all(
        [1, 3].map(async (processes) => {
          const paths: string[] = [];
          const server = createServer((request, response) => {
            paths.push(request.url ?? '');
            response.end('ok');
          });
          const target = await listen(server);
          ends.push(() => target.close());
          const sent = await send(target.url, mixed, { processes });
          return { sent, paths: paths.toSorted() };
        }),
      );

      expect(three?.sent.pids).toHaveLength(3);
      expect(three?.sent.summary.audit.processes).toBe(3);
      // a second step that would follow after the load's end is not sent, which is a matter of a moment
      expect(firstSteps(three?.paths)).toEqual(firstSteps(one?.paths));
      expect(firstSteps(one?.paths).length).toBeGreaterThan(150);
      const steps = new Set(one?.paths);
      const different = (three?.paths ?? []).filter((path) => !steps.has(path));
      expect(different.length).toBeLessThan(15);
      expect(three?.sent.seconds).toHaveLength(1);
    },
  );

  it('tell each second once, in order, with all that was due in it, and progress of all', async () => {
    const target = await faultyServer();
    ends.push(() => target.close());

    const sent = await send(
      target.url,
      { ...plan, load: openLoad(301, 2_000) },
      { processes: 2, engine: 'socket' },
    );

    expect(sent.seconds.map(({ second, due }) => [second, due])).toEqual([
      [0, 301],
      [1, 301],
    ]);
    expect(sent.total.answered).toEqual({ '2xx': 602 });
    expect(target.arrived).toHaveLength(602);
    const rates = sent.progress.map(({ sentPerSecond }) => sentPerSecond);
    expect(Math.max(...rates)).toBeGreaterThan(250);
    expect(Math.max(...rates)).toBeLessThan(450);
  });

  it('hold together no more than was asked for', async () => {
    const slow = await faultyServer({ delayMs: () => 1_300 });
    ends.push(() => slow.close());

    const sent = await send(
      slow.url,
      { ...plan, maxInFlight: 31, maxConnections: 20 },
      { processes: 3 },
    );

    expect(slow.mostAtOnce()).toBe(20);
    expect(sent.total).toMatchObject({ due: 200, dropped: 169, sent: 31, answered: { '2xx': 31 } });
  });

  it('share out the users of a closed model', async () => {
    const target = await faultyServer({ delayMs: () => 50 });
    ends.push(() => target.close());

    const sent = await send(
      target.url,
      { ...plan, load: { model: 'closed', concurrency: 5, durationMs: 1_000 } },
      { processes: 2 },
    );

    expect(target.mostAtOnce()).toBe(5);
    expect(sent.total.sent).toBe(target.arrived.length);
    expect(sent.total.sent).toBeGreaterThan(50);
    expect(sent.seconds).toHaveLength(1);
  });

  it('end together when one of them dies, which names the share that is missing', async () => {
    const target = await faultyServer();
    ends.push(() => target.close());
    const pids: number[] = [];
    const seconds: LoadSecond[] = [];
    const sender = new ProcessSender({
      clock,
      engine: 'socket',
      processes: 2,
      onStarted: (pid) => pids.push(pid),
    });

    const sending = sender.send(
      { ...plan, load: openLoad(50, 60_000) },
      {
        baseUrl: target.url,
        startAtMs: clock.now() + LEAD_MS,
        signal: new AbortController().signal,
        onSecond: (second) => {
          seconds.push(second);
          process.kill(pids[1] ?? Number.NaN, 'SIGKILL');
        },
        onProgress: () => undefined,
      },
    );

    await expect(sending).rejects.toMatchObject({
      code: 'SENDER_FAILED',
      message: expect.stringMatching(
        /process 2 of 2 .*SIGKILL.*its share, 1 of 2 of all arrivals, is missing/,
      ) as unknown,
    });
    expect(seconds[0]?.due).toBe(50);
    expect(seconds.flatMap((second) => accountingFaults(second))).toEqual([]);
    expect(pids).toHaveLength(2);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('all stop at the signal, and their accounts add up', async () => {
    const target = await faultyServer({ delayMs: () => 100 });
    ends.push(() => target.close());
    const controller = new AbortController();
    clock.after(LEAD_MS + 1_500, () => controller.abort());

    const sent = await send(
      target.url,
      { ...plan, load: openLoad(200, 60_000) },
      { processes: 2, signal: controller.signal },
    );

    expect(sent.summary.endedAtMs - sent.summary.startedAtMs).toBeLessThan(4_000);
    expect(sent.total.due).toBeGreaterThan(200);
    expect(sent.total.unanswered).toBeGreaterThan(0);
    expect(sent.pids.filter(isAlive)).toEqual([]);
  });

  it('are refused where there is nothing for each to do', async () => {
    const sending = send('http://127.0.0.1:1', { ...plan, maxConnections: 2 }, { processes: 3 });

    await expect(sending).rejects.toMatchObject({
      code: 'LOAD_INVALID',
      message: expect.stringContaining('processes: expected at most 2') as unknown,
    });
  });
});

interface Sent {
  readonly seconds: readonly LoadSecond[];
  readonly progress: readonly LoadProgress[];
  readonly total: LoadTotals;
  readonly summary: AuditedLoadSummary;
  readonly pids: readonly number[];
}

function firstSteps(paths: readonly string[] = []): readonly string[] {
  return paths.filter((path) => path.startsWith('/other') || path.split('/').length === 3);
}

async function send(
  baseUrl: string,
  toSend: LoadPlan,
  options: {
    readonly processes: number;
    readonly engine?: 'socket' | 'auto';
    readonly signal?: AbortSignal;
  },
): Promise<Sent> {
  const seconds: LoadSecond[] = [];
  const progress: LoadProgress[] = [];
  const pids: number[] = [];
  const sender = new ProcessSender({
    clock,
    engine: options.engine ?? 'auto',
    processes: options.processes,
    onStarted: (pid) => pids.push(pid),
  });
  const summary = await sender.send(toSend, {
    baseUrl,
    startAtMs: clock.now() + LEAD_MS,
    signal: options.signal ?? new AbortController().signal,
    onSecond: (second) => seconds.push(second),
    onProgress: (each) => progress.push(each),
  });
  expect(seconds.flatMap((second) => accountingFaults(second))).toEqual([]);
  expect(seconds.map(({ second }) => second)).toEqual(seconds.map((_, index) => index));
  return { seconds, progress, total: totalOf(seconds), summary, pids };
}

function openLoad(ratePerSecond: number, durationMs: number): LoadPlan['load'] & { model: 'open' } {
  const stage = { kind: 'constant', name: 'c', durationMs, ratePerSecond } as const;
  return { model: 'open', spacing: 'even', profile: { stages: [stage] } };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
