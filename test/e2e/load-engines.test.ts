import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LoadLedger } from '../../src/load/ledger.js';
import { RequestScript } from '../../src/load/request-script.js';
import { oneRequest } from '../../src/load/request-spec.js';
import type { FailureKind, LoadPlan, LoadSecond } from '../../src/load/sender.js';
import { totalOf } from '../../src/load/accounting.js';
import type { Engine, Exchange } from '../../src/load/driving/engine.js';
import { type EngineOptions, targetOf } from '../../src/load/senders/engine-options.js';
import { ProcessSender } from '../../src/load/senders/process-sender.js';
import { SocketEngine } from '../../src/load/senders/socket-engine.js';
import { UndiciEngine } from '../../src/load/senders/undici-engine.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { listen } from '../support/loopback.js';

const clock = new WallClock();
const ends: (() => void)[] = [];
let certificate = { key: '', cert: '' };

beforeAll(async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'lab test' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'service.test' },
        ],
      },
    ],
  });
  certificate = { key, cert };
});

afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const ENGINES = [
  { name: 'sockets', make: (options: EngineOptions): Engine => new SocketEngine(options) },
  { name: 'undici', make: (options: EngineOptions): Engine => new UndiciEngine(options) },
];

interface Asking {
  readonly make: (options: EngineOptions) => Engine;
  readonly url: string;
  readonly lookup?: LookupFunction;
  readonly isVerified?: boolean;
  readonly maxRequests?: number;
}

/** Sends one request after the other and tells what became of each: a status or a failure. */
async function outcomes(count: number, asking: Asking): Promise<readonly (number | FailureKind)[]> {
  const { make, url, lookup, isVerified = true, maxRequests = 1 } = asking;
  const target = targetOf(url, { isVerified });
  if (target === undefined) throw new Error(`expected a target, got ${url}`);
  let tell: (outcome: number | FailureKind) => void = ignore;
  const engine = make({
    target,
    connections: { maxConnections: 5, maxRequests, maxAgeMs: Number.POSITIVE_INFINITY },
    events: { answered: (_, { status }) => tell(status), failed: (_, kind) => tell(kind) },
    now: () => clock.now(),
    ...(lookup === undefined ? {} : { lookup }),
  });
  ends.push(() => engine.close());
  const told: (number | FailureKind)[] = [];
  for (let sent = 0; sent < count; sent++) {
    const outcome = new Promise<number | FailureKind>((resolve) => {
      tell = resolve;
    });
    engine.send(anExchange());
    told.push(await outcome);
  }
  return told;
}

function ignore(): void {
  // nothing was sent yet
}

function anExchange(): Exchange {
  const sessions = oneRequest({ method: 'GET', path: '/', headers: {} });
  const script = new RequestScript({ sessions, timeoutMs: 5_000, seed: 1, mix: 'even' });
  const ledger = new LoadLedger({
    durationMs: 1_000,
    kinds: script.kinds,
    hasSteps: false,
    onSecond: () => undefined,
  });
  return {
    account: ledger.due(0, 0),
    dueMs: 0,
    request: script.first(0),
    sentMs: 0,
    previous: undefined,
    next: undefined,
    carrier: undefined,
  };
}

/** A resolver that knows one set of addresses, and how often it was asked. */
function resolverOf(...addresses: readonly string[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (name, options, callback) => {
    asked.push(name);
    const found = addresses.map((address) => ({ address, family: 4 }));
    const [first] = found;
    if (first === undefined) {
      const error = Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' });
      callback(error, '', 4);
    } else if (options.all === true) callback(null, found);
    else callback(null, first.address, first.family);
  };
  return { asked, lookup };
}

async function httpServer(): Promise<{ readonly port: number }> {
  const server = await listen(createHttp((_, response) => response.end('ok')));
  ends.push(() => server.close());
  return server;
}

async function httpsServer(): Promise<{ readonly port: number; readonly url: string }> {
  const server = await listen(createHttps(certificate, (_, response) => response.end('ok')));
  ends.push(() => server.close());
  return { port: server.port, url: `https://127.0.0.1:${server.port}` };
}

describe.each(ENGINES)('names: $name', ({ make }) => {
  it('are resolved for each new connection', async () => {
    const { port } = await httpServer();
    const { asked, lookup } = resolverOf('127.0.0.1');

    const told = await outcomes(3, { make, url: `http://service.test:${port}`, lookup });

    expect(told).toEqual([200, 200, 200]);
    expect(asked).toEqual(['service.test', 'service.test', 'service.test']);
  });

  it('are not asked for again while a connection is kept', async () => {
    const { port } = await httpServer();
    const { asked, lookup } = resolverOf('127.0.0.1');

    await outcomes(3, { make, url: `http://service.test:${port}`, lookup, maxRequests: 100 });

    expect(asked).toEqual(['service.test']);
  });

  it('with several addresses lead to the one that takes the connection', async () => {
    const { port } = await httpServer(); // on 127.0.0.1 alone
    const { lookup } = resolverOf('127.0.0.9', '127.0.0.8', '127.0.0.1');

    expect(await outcomes(2, { make, url: `http://service.test:${port}`, lookup })).toEqual([
      200, 200,
    ]);
  });

  it('none of whose addresses takes the connection are refused', async () => {
    const { port } = await httpServer();
    const { lookup } = resolverOf('127.0.0.9', '127.0.0.8');

    expect(await outcomes(1, { make, url: `http://service.test:${port}`, lookup })).toEqual([
      'refused',
    ]);
  });

  it('that nobody knows are failures', async () => {
    const { lookup } = resolverOf();

    expect(await outcomes(1, { make, url: 'http://service.test:80', lookup })).toEqual(['other']);
  });
});

describe.each(ENGINES)('TLS: $name', ({ make }) => {
  it('with a certificate that nobody vouches for fails', async () => {
    const { url } = await httpsServer();

    expect(await outcomes(2, { make, url })).toEqual(['tls', 'tls']);
  });

  it('goes on where certificates are not verified, over kept connections too', async () => {
    const { url } = await httpsServer();

    expect(await outcomes(2, { make, url, isVerified: false })).toEqual([200, 200]);
    expect(await outcomes(3, { make, url, isVerified: false, maxRequests: 9 })).toEqual([
      200, 200, 200,
    ]);
  });
});

describe('TLS of a sender', () => {
  const plan: LoadPlan = {
    load: {
      model: 'open',
      spacing: 'even',
      profile: { stages: [{ kind: 'constant', name: 'c', durationMs: 300, ratePerSecond: 50 }] },
    },
    requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
    connections: { kind: 'keep-alive' },
    maxConnections: 10,
    maxInFlight: 100,
    timeoutMs: 5_000,
    seed: 1,
  };
  const send = async (baseUrl: string, of: Partial<LoadPlan> = {}) => {
    const seconds: LoadSecond[] = [];
    await new ProcessSender({ clock, engine: 'auto' }).send(
      { ...plan, ...of },
      {
        baseUrl,
        startAtMs: clock.now() + 400,
        signal: new AbortController().signal,
        onSecond: (second) => seconds.push(second),
        onProgress: () => undefined,
      },
    );
    return totalOf(seconds);
  };

  it('trusts the authorities of NODE_EXTRA_CA_CERTS, and no others', async () => {
    const { url } = await httpsServer();
    const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-ca-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), certificate.cert);
    const before = process.env['NODE_EXTRA_CA_CERTS'];
    ends.push(() => {
      if (before === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
      else process.env['NODE_EXTRA_CA_CERTS'] = before;
    });

    const distrusting = await send(url);
    process.env['NODE_EXTRA_CA_CERTS'] = join(folder, 'ca.pem');
    const trusting = await send(url);

    expect(distrusting).toMatchObject({ due: 15, failed: { tls: 15 }, answered: {} });
    expect(trusting).toMatchObject({ due: 15, answered: { '2xx': 15 }, failed: {} });
  });

  it('takes any certificate where it is told to, with every engine that may be chosen', async () => {
    const { url } = await httpsServer();
    // long enough for a process that is slow to start
    const closed = { model: 'closed', concurrency: 2, durationMs: 2_000 } as const;

    const totals = await Promise.all([
      send(url, { tls: { isVerified: false } }),
      send(url, { tls: { isVerified: false }, load: closed }),
    ]);

    for (const { sent, answered } of totals) expect(answered).toEqual({ '2xx': sent });
    expect(totals[0]?.sent).toBe(15);
    expect(totals[1]?.sent).toBeGreaterThan(0);
  });
});
