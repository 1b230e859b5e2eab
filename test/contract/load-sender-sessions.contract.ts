/** What every load sender must do with mixes of requests and with sessions. */
import { afterAll, describe, expect, it } from 'vitest';
import { accountingFaults, type LoadTotals, totalOf } from '../../src/load/accounting.js';
import { RequestScript } from '../../src/load/request-script.js';
import type { CheckSpec, SessionSpec } from '../../src/load/request-spec.js';
import type { LoadPlan, LoadSecond, LoadSender, OpenLoad } from '../../src/load/sender.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { aSession, aStep } from '../support/a-session.js';
import {
  type Arrived,
  type Behavior,
  type FaultyServer,
  type FaultyServerOptions,
  faultyServer,
  type Said,
} from '../support/faulty-server.js';

const clock = new WallClock();
const ends: (() => void)[] = [];
const SEED = 11;
/** A second try for tests of real time: another program may have had the machine. */
const REAL_TIME = { retry: 2 };
const OK: CheckSpec = { kind: 'status', allowed: [{ from: 200, to: 299 }] };
const MIX: readonly SessionSpec[] = [
  aSession(
    'read',
    [aStep('r', { request: { method: 'GET', path: '/${int(1,99)}', headers: {} } })],
    {
      weight: 7,
    },
  ),
  aSession(
    'write',
    [
      aStep('w', {
        request: {
          method: 'POST',
          path: '/items?n=${seq}',
          headers: { 'x-id': '${uuid}' },
          body: '{"name":"${choice(würfel,ball)}"}',
        },
      }),
    ],
    { weight: 2 },
  ),
  aSession('fixed', [aStep('f', { request: { method: 'GET', path: '/fixed', headers: {} } })]),
];
const SHOP = aSession('shop', [
  aStep('login', {
    request: { method: 'POST', path: '/login', headers: {}, body: 'n=${seq}' },
    checks: [OK],
    extract: {
      token: { kind: 'json', path: 'access.token' },
      next: { kind: 'header', name: 'X-Next' },
    },
    thinkTime: { kind: 'fixed', ms: 50 },
  }),
  aStep('buy', {
    request: { method: 'GET', path: '/${next}', headers: { authorization: 'Bearer ${token}' } },
    checks: [OK, { kind: 'body-contains', text: 'thanks' }],
  }),
]);

/** A sender to hold against the contract. */
export interface SessionSenderUnderTest {
  readonly name: string;
  /** @param processes - how many send. */
  readonly create: (processes: number) => LoadSender;
  readonly skip: readonly { readonly reason: string; readonly tests: readonly 'garbage'[] }[];
}

/** Declares the contract's tests of sessions for one sender. */
export function loadSenderSessionsContract({ name, create, skip }: SessionSenderUnderTest): void {
  const isGarbageSkipped = skip.some(({ tests }) => tests.includes('garbage'));

  const send = async (url: string, plan: Partial<LoadPlan>, processes = 1): Promise<LoadTotals> => {
    const seconds: LoadSecond[] = [];
    await create(processes).send(
      {
        load: constant(100, 1_000),
        requests: MIX,
        connections: { kind: 'keep-alive' },
        maxConnections: 200,
        maxInFlight: 1_000,
        timeoutMs: 5_000,
        seed: SEED,
        ...plan,
      },
      {
        baseUrl: url,
        startAtMs: clock.now() + 400, // what a process takes to start
        signal: new AbortController().signal,
        onSecond: (second) => seconds.push(second),
        onProgress: () => undefined,
      },
    );
    expect(seconds.flatMap(accountingFaults)).toEqual([]);
    expect(accountingFaults(totalOf(seconds))).toEqual([]);
    return totalOf(seconds);
  };

  describe.concurrent(`contract of a load sender with sessions: ${name}`, () => {
    afterAll(() => {
      for (const end of ends.splice(0)) end();
    });

    it('sends the same seed the same bytes in the same order, in proportions known beforehand', async () => {
      const servers = await Promise.all([server(), server(), server()]);
      const seeds = [SEED, SEED, SEED + 1];

      const totals = await Promise.all(
        servers.map(({ url }, index) =>
          // one connection, so that they arrive in the order in which they were sent
          send(url, { requests: named(MIX), maxConnections: 1, seed: seeds[index] ?? 0 }),
        ),
      );

      const [first, again, other] = servers.map(({ arrived }) => arrived.map(({ text }) => text));
      expect(first).toHaveLength(100);
      expect(again).toEqual(first);
      expect(other).not.toEqual(first);
      const script = new RequestScript({ sessions: MIX, timeoutMs: 1, seed: SEED, mix: 'even' });
      const planned = Array.from({ length: 100 }, (_, number) => script.first(number));
      expect(first?.map((text) => text.split(' ')[1])).toEqual(planned.map(({ path }) => path));
      for (const [kind, kindName] of script.kinds.entries()) {
        const count = planned.filter(({ step }) => step.kind === kind).length;
        expect(totals[0]?.byRequest?.[kindName]).toMatchObject({
          due: count,
          answered: { '2xx': count },
        });
      }
      expect(totals[0]?.byRequest?.['read']?.due).toBeGreaterThanOrEqual(68);
    });

    it('asks the same whether one process sends or several', async () => {
      const servers = await Promise.all([server(), server()]);
      const [alone, shared] = servers;

      const totals = await Promise.all([
        send(alone.url, { requests: named(MIX) }),
        send(shared.url, { requests: named(MIX) }, 3),
      ]);

      const texts = servers.map(({ arrived }) => arrived.map(({ text }) => text).toSorted());
      expect(texts[1]).toEqual(texts[0]);
      expect(texts[0]).toHaveLength(100);
      expect(dueByKind(totals[1])).toEqual(dueByKind(totals[0]));
    });

    it('sends what templates say, with the length of a body in bytes', async () => {
      const target = await server();

      const total = await send(target.url, {});

      const writes = target.arrived.filter(({ line }) => line.startsWith('POST '));
      expect(total.answered).toEqual({ '2xx': 100 });
      expect(writes.length).toBe(total.byRequest?.['write']?.due);
      for (const { text } of writes) {
        expect(Buffer.from(text, 'latin1').toString()).toMatch(
          /^POST \/items\?n=\d+ [^]*\r\nx-id: [\da-f-]{36}\r\n[^]*\r\n\r\n\{"name":"(würfel|ball)"\}$/i,
        );
      }
    });

    it(
      'carries values from one answer to the next request, in each session its own',
      REAL_TIME,
      async () => {
        const targets = await Promise.all([server({ say: shop }), server({ say: shop })]);
        const [forOpen, forClosed] = targets;

        const [open, closed] = await Promise.all([
          send(forOpen.url, { requests: [SHOP], load: fiftyAndTimeToFinish() }),
          send(forClosed.url, {
            requests: [SHOP],
            load: { model: 'closed', concurrency: 4, durationMs: 2_000 },
          }),
        ]);

        expect(open).toMatchObject({ due: 100, answered: { '2xx': 100 }, failed: {} });
        expect(open.sessions).toEqual({ started: 50, finished: 50, failed: 0 });
        const bought = forOpen.arrived.filter(({ line }) => line.startsWith('GET /next-'));
        const tokens = bought.map(({ text }) => /Bearer \S+/i.exec(text)?.[0]);
        expect(new Set(tokens).size).toBe(50);
        expect(closed.failed).toEqual({});
        expect(closed.sessions?.finished).toBeGreaterThan(4);
        expect(closed.byRequest?.['shop/buy']?.sent).toBe(closed.sessions?.finished);
      },
    );

    it(
      'counts an answer that fails a check as failed, once, and says which check',
      REAL_TIME,
      async () => {
        const target = await server({
          say: (request) => {
            const number = Number(/next-(\d+)|n=(\d+)/.exec(request.text)?.slice(1).join(''));
            if (request.line.startsWith('GET '))
              return { body: number % 4 === 2 ? 'sorry' : 'thanks' };
            return number % 4 === 0 ? { status: 503, body: '' } : shop(request);
          },
        });

        const total = await send(target.url, { requests: [SHOP], load: fiftyAndTimeToFinish() });

        expect(total).toMatchObject({ due: 87, sent: 87, answered: { '2xx': 62 } });
        expect(total.failed).toEqual({ check: 25 });
        expect(total.failedChecks).toEqual({
          'shop/login: status 503': 13,
          'shop/buy: body without "thanks"': 12,
        });
        expect(total.sessions).toEqual({ started: 50, finished: 25, failed: 25 });
        expect(target.arrived).toHaveLength(87);
      },
    );

    it('gives up each request after its own timeout', REAL_TIME, async () => {
      const target = await server({ delayMs: () => 400 });
      const quick = aSession('quick', [aStep('q', { timeoutMs: 150 })]);
      const slow = aSession('slow', [aStep('s')]);

      const total = await send(target.url, {
        requests: [quick, slow],
        load: constant(40, 500),
        timeoutMs: 10_000,
      });

      const { quick: gaveUp, slow: waited } = total.byRequest ?? {};
      expect(total.due).toBe(20);
      expect(gaveUp?.due).toBeGreaterThan(5);
      expect(gaveUp).toMatchObject({ answered: {}, failed: { timeout: gaveUp?.due } });
      expect(waited).toMatchObject({ answered: { '2xx': waited?.due }, failed: {} });
    });
  });

  // not beside others: it counts what was cut off at the very moment
  describe(`contract of a load sender with sessions: ${name}, alone`, () => {
    afterAll(() => {
      for (const end of ends.splice(0)) end();
    });

    it('adds up under a server that misbehaves in every way at once', REAL_TIME, async () => {
      const behaviors: readonly Behavior[] = [
        'answer',
        'answer',
        'answer-500',
        'close',
        'answer',
        'answer-chunked',
        'truncate',
        'answer-and-close',
        'reset',
        'silence',
        ...(isGarbageSkipped ? [] : (['garbage'] as const)),
      ];
      const target = await server({
        behave: (index) => behaviors[(index * 7 + (index >> 3)) % behaviors.length] ?? 'answer',
        delayMs: (index) => (index * 13) % 60,
        say: shop,
      });

      const total = await send(target.url, {
        requests: [SHOP, ...MIX],
        load: { ...constant(250, 1_500), spacing: 'poisson' },
        timeoutMs: 2_000,
      });

      const of = (...wanted: readonly Behavior[]): number =>
        target.arrived.filter(({ behavior }) => wanted.includes(behavior)).length;
      const { failed, sessions, answered } = total;
      expect(total.sent).toBe(target.arrived.length);
      expect(failed.closed).toBe(of('close'));
      expect(failed.truncated).toBe(of('truncate'));
      expect(failed.reset).toBe(of('reset'));
      expect(failed.timeout).toBe(of('silence'));
      const checked = failed.check ?? 0;
      expect(checked).toBeGreaterThan(0);
      const { '2xx': ok = 0, '4xx': unknown = 0, '5xx': sorry = 0 } = answered;
      expect(ok + unknown + sorry + checked).toBe(
        of('answer', 'answer-500', 'answer-chunked', 'answer-and-close'),
      );
      expect(sessions?.started).toBe(total.byRequest?.['shop/login']?.due);
      expect(sessions?.failed).toBe(failedOf(total, 'shop/login') + failedOf(total, 'shop/buy'));
    });
  });
}

/** Servers have ports of their own, which `Host` would tell. */
function named(sessions: readonly SessionSpec[]): readonly SessionSpec[] {
  return sessions.map((session) => {
    const steps = session.steps.map((step) => {
      const headers = { ...step.request.headers, host: 'example.test' };
      return Object.assign({}, step, { request: { ...step.request, headers } });
    });
    return Object.assign({}, session, { steps });
  });
}

function dueByKind({ byRequest = {} }: LoadTotals): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(byRequest).map(([kind, { due }]) => [kind, due]));
}

function failedOf({ byRequest }: LoadTotals, kind: string): number {
  return Object.values(byRequest?.[kind]?.failed ?? {}).reduce((sum, count) => sum + count, 0);
}

/** Logs in with a token of its own for each, and sells to whoever has one. */
function shop({ line, text }: Arrived): Said {
  if (line.startsWith('POST /login')) {
    const number = /n=(\d+)$/.exec(text)?.[1] ?? '';
    const body = `{"access":{"token":"t-${number}"}}`;
    return { headers: { 'x-next': `next-${number}` }, body };
  }
  const [, number = ''] = /^GET \/next-(\d+)/.exec(line) ?? [];
  return new RegExp(`authorization: Bearer t-${number}\r\n`, 'i').test(text)
    ? { body: 'thanks' }
    : { status: 401, body: 'who are you?' };
}

/** Fifty sessions, and then nothing for long enough that they end before the load does. */
function fiftyAndTimeToFinish(): OpenLoad {
  const stages = [
    { kind: 'constant', name: 'begin', durationMs: 500, ratePerSecond: 100 },
    { kind: 'constant', name: 'finish', durationMs: 1_500, ratePerSecond: 0 },
  ] as const;
  return { model: 'open', spacing: 'even', profile: { stages } };
}

async function server(options: FaultyServerOptions = {}): Promise<FaultyServer> {
  const made = await faultyServer(options);
  ends.push(() => made.close());
  return made;
}

function constant(ratePerSecond: number, durationMs: number): OpenLoad {
  return {
    model: 'open',
    spacing: 'even',
    profile: { stages: [{ kind: 'constant', name: 'c', durationMs, ratePerSecond }] },
  };
}
