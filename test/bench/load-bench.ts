/** What sending costs, how punctual it is, and what the service proxy adds. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceProxy } from '../../src/cluster/embedded/service-proxy/service-proxy.js';
import { totalOf } from '../../src/load/accounting.js';
import { mergeHistograms } from '../../src/load/histogram.js';
import { oneRequest } from '../../src/load/request-spec.js';
import type {
  ConnectionPolicy,
  LoadPlan,
  LoadSecond,
  AuditedLoadSummary,
} from '../../src/load/sender.js';
import { ProcessSender } from '../../src/load/senders/process-sender.js';
import type { EngineChoice } from '../../src/load/senders/sender-messages.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { type BenchFigure, median } from './figure.js';

const ROUNDS = 3;
const CONNECTIONS = 50;
const clock = new WallClock();

interface Run {
  readonly summary: AuditedLoadSummary;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly core: number;
  readonly failed: number;
}

/** Figures of the load sender and the service proxy; those against other tools only where they are installed. */
export async function benchLoad(): Promise<readonly BenchFigure[]> {
  const server = await startServer();
  try {
    return [
      ...(await openModel(server.url)),
      ...(await proxyFigures(server.port, server.url)),
      ...(await againstOthers()),
    ];
  } finally {
    server.stop();
  }
}

async function openModel(url: string): Promise<readonly BenchFigure[]> {
  const keep: ConnectionPolicy = { kind: 'keep-alive' };
  // so long that the warming up of some 0.15 s of CPU does not count as the price of a request
  const at500 = await rounds(() => send(url, { rate: 500, connections: keep, durationMs: 15_000 }));
  const bare500 = await bareLoop(url, 500);
  const at5000 = await rounds(() => send(url, { rate: 5_000, connections: keep }));
  const bare5000 = await bareLoop(url, 5_000);
  const fresh = await rounds(() => send(url, { rate: 500, connections: { kind: 'per-request' } }));
  const note = `${ROUNDS} rounds`;
  return [
    {
      name: 'open model at 500/s: core',
      value: median(at500.map(({ core }) => core)),
      unit: 'cores',
      limit: 0.08,
      note: `${note}; ${bare500.core.toFixed(3)} cores is what a bare loop of a Node timer and a socket takes`,
    },
    {
      name: 'open model at 500/s, a connection each: core',
      value: median(fresh.map(({ core }) => core)),
      unit: 'cores',
      note,
    },
    {
      name: 'open model at 5,000/s: core',
      value: median(at5000.map(({ core }) => core)),
      unit: 'cores',
      limit: 0.35,
      note,
    },
    {
      name: 'open model at 5,000/s: send lag p99',
      value: median(at5000.map(({ summary }) => summary.audit.sendLagP99Ms ?? Number.NaN)),
      unit: 'ms',
      limit: 2,
      note: `${note}; ${bare5000.lagP99Ms.toFixed(2)} ms is what the bare loop is late`,
    },
    {
      name: 'open model at 5,000/s: memory of the sender',
      value: median(at5000.map(({ summary }) => summary.audit.maxRssBytes)) / 1e6,
      unit: 'MB',
      limit: 120,
      note,
    },
  ];
}

async function proxyFigures(port: number, url: string): Promise<readonly BenchFigure[]> {
  const proxy = new ServiceProxy({ clock, seed: 1, onFailed: (error) => rethrow(error) });
  await proxy.start();
  try {
    const endpoints = [{ address: '127.0.0.1', port }];
    const [listener] = await proxy.setServices([
      { key: 'bench/web', address: '127.0.0.1', ports: [{ port: 18_099, endpoints }] },
    ]);
    if (listener?.at === undefined) throw new Error('the proxy does not listen');
    const through = `http://${listener.at.address}:${listener.at.port}`;
    const fresh = { rate: 200, connections: { kind: 'per-request' } } as const;
    const direct = await rounds(() => send(url, fresh));
    const proxied = await rounds(() => send(through, fresh));
    const closed = { concurrency: CONNECTIONS, connections: { kind: 'keep-alive' } } as const;
    const directRate = await rounds(() => send(url, closed));
    const proxiedRate = await rounds(() => send(through, closed));
    const p50 = (runs: readonly Run[]): number => median(runs.map(({ p50Ms }) => p50Ms));
    const rate = (runs: readonly Run[]): number => median(runs.map(({ perSecond }) => perSecond));
    return [
      {
        name: 'service proxy: time added to a request on a connection of its own, p50',
        value: p50(proxied) - p50(direct),
        unit: 'ms',
        note: `200/s; ${ROUNDS} rounds`,
      },
      {
        name: 'service proxy: throughput over kept connections, of that without it',
        value: rate(proxiedRate) / rate(directRate),
        unit: 'x',
        note: `${Math.round(rate(proxiedRate))}/s against ${Math.round(rate(directRate))}/s; all on this machine`,
      },
    ];
  } finally {
    await proxy.stop();
  }
}

/** Throughput of a closed model against nginx, next to wrk and hey. */
async function againstOthers(): Promise<readonly BenchFigure[]> {
  const nginx = startNginx();
  if (nginx === undefined) return [];
  try {
    await clock.sleep(500);
    const engines: readonly EngineChoice[] = ['socket', 'autocannon', 'undici'];
    // in turn, so that what else the machine does meets all of them alike
    const rates = new Map<string, number[]>();
    const note = (tool: string, perSecond: number | undefined): void => {
      if (perSecond !== undefined) rates.set(tool, [...(rates.get(tool) ?? []), perSecond]);
    };
    for (let round = 0; round < ROUNDS; round++) {
      note('wrk', requestsPerSecond('wrk', ['-t1', `-c${CONNECTIONS}`, '-d4s', nginx.url]));
      note('hey', requestsPerSecond('hey', ['-c', `${CONNECTIONS}`, '-z', '4s', nginx.url]));
      for (const engine of engines) {
        const { perSecond } = await send(nginx.url.slice(0, -1), {
          concurrency: CONNECTIONS,
          connections: { kind: 'keep-alive' },
          engine,
        });
        note(engine, perSecond);
      }
    }
    const figures: BenchFigure[] = [...rates].map(([tool, perSecond]) => ({
      name: `against nginx, ${tool}: requests a second`,
      value: median(perSecond),
      unit: '/s',
    }));
    for (const [tool, limit] of [
      ['wrk', 0.45],
      ['hey', 1],
    ] as const) {
      const others = rates.get(tool);
      const ours = rates.get('socket');
      if (others === undefined || ours === undefined) continue;
      figures.push({
        name: `against nginx, socket: of ${tool}`,
        value: median(ours.map((rate, round) => rate / (others[round] ?? Number.NaN))),
        unit: 'x',
        limit,
        limitIs: 'at-least',
      });
    }
    return figures;
  } finally {
    nginx.stop();
  }
}

async function rounds(run: () => Promise<Run>): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(await run());
  return runs;
}

async function send(
  url: string,
  what: {
    readonly rate?: number;
    readonly concurrency?: number;
    readonly connections: ConnectionPolicy;
    readonly engine?: EngineChoice;
    readonly durationMs?: number;
  },
): Promise<Run> {
  const { durationMs = 5_000 } = what;
  const seconds: LoadSecond[] = [];
  const load: LoadPlan['load'] =
    what.rate === undefined
      ? { model: 'closed', concurrency: what.concurrency ?? 1, durationMs }
      : {
          model: 'open',
          spacing: 'even',
          profile: {
            stages: [{ kind: 'constant', name: 'c', durationMs, ratePerSecond: what.rate }],
          },
        };
  const sender = new ProcessSender({ clock, engine: what.engine ?? 'socket' });
  const summary = await sender.send(
    {
      load,
      requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
      connections: what.connections,
      maxConnections: 1_000,
      maxInFlight: 5_000,
      timeoutMs: 5_000,
      seed: 1,
    },
    {
      baseUrl: url,
      startAtMs: clock.now() + 500,
      signal: new AbortController().signal,
      onSecond: (second) => seconds.push(second),
      onProgress: () => undefined,
    },
  );
  // the first second has the sender's warming up in it
  const warm = totalOf(seconds.slice(1));
  const { cpuMs, elapsedMs } = summary.audit;
  return {
    summary,
    perSecond: warm.sent / Math.max(1, seconds.length - 1),
    p50Ms: mergeHistograms([warm.responseTime]).percentileMs(50) ?? Number.NaN,
    core: cpuMs / elapsedMs,
    failed: Object.values(warm.failed).reduce((sum, count) => sum + (count ?? 0), 0),
  };
}

const BARE_LOOP = `
const [port, rate, warmUpMs, durationMs] = process.argv.slice(1).map(Number);
const socket = require('node:net').connect({
  port, host: '127.0.0.1', noDelay: true,
  onread: { buffer: Buffer.alloc(65536), callback: () => true },
});
const began = performance.now();
const lags = [];
let sent = 0;
(function wake() {
  for (let now = performance.now() - began; (sent * 1000) / rate <= now; now = performance.now() - began) {
    socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n', 'latin1');
    if (now > warmUpMs) lags.push(now - (sent * 1000) / rate);
    sent++;
  }
  setTimeout(wake, (sent * 1000) / rate - (performance.now() - began));
})();
setTimeout(() => {
  const before = process.cpuUsage();
  setTimeout(() => {
    const { user, system } = process.cpuUsage(before);
    const lagMs = lags.sort((a, b) => a - b)[Math.ceil(lags.length * 0.99) - 1];
    console.log((user + system) / 1000 / durationMs, lagMs);
    process.exit();
  }, durationMs);
}, warmUpMs);`;

/**
 * What so many requests a second take with no lab around them, on a Node timer and one socket: the floor on
 * this machine.
 */
async function bareLoop(
  url: string,
  rate: number,
): Promise<{ readonly core: number; readonly lagP99Ms: number }> {
  const args = ['-e', BARE_LOOP, new URL(url).port, `${rate}`, '1000', '8000'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line]: unknown[] = await once(child.stdout, 'data');
  await once(child, 'close');
  const [core = Number.NaN, lagP99Ms = Number.NaN] = String(line).split(' ').map(Number);
  return { core, lagP99Ms };
}

/** A server to send load at. */
export interface Started {
  readonly url: string;
  readonly port: number;
  readonly stop: () => void;
}

const SERVER = `
require('node:http').createServer((request, response) => response.end('ok'))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port); });
process.stdin.resume().on('end', () => process.exit());`;

/** A Node server that answers at once, in a process of its own that ends with this one. */
export async function startServer(): Promise<Started> {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const printed: unknown[] = await once(child.stdout, 'data');
  const port = Number(String(printed[0]));
  return { port, url: `http://127.0.0.1:${port}`, stop: () => child.kill('SIGKILL') };
}

/** nginx with a fixed answer; absent where it is not installed. */
function startNginx(): Started | undefined {
  if (spawnSync('nginx', ['-v']).error !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-bench-'));
  const port = 18_098;
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  const config = `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/errors;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; ${paths}
  server { listen 127.0.0.1:${port}; location / { return 200 "ok"; } } }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    stop: () => {
      child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      child.kill('SIGTERM');
    },
  };
}

/** What wrk or hey reached; absent where it is not installed. */
function requestsPerSecond(tool: string, options: readonly string[]): number | undefined {
  const { error, stdout } = spawnSync(tool, options, { encoding: 'utf8' });
  const found = error === undefined ? /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

function rethrow(error: Error): never {
  throw error;
}
