/** A real Prometheus for tests: the one that the machine has. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { fieldOf } from '../../src/core/json.js';
import { listen } from './loopback.js';

const CONFIG = fileURLToPath(new URL('../../manifests/prometheus/prometheus.yml', import.meta.url));
const PLACES = ['/usr/bin/prometheus', '/usr/local/bin/prometheus'];
const READY_POLL_MS = 50;
const READY_WITHIN_MS = 15_000;

/** Where Prometheus is; undefined: the machine has none. Where `CI` is set its absence is a fault. */
export function findPrometheus(): string | undefined {
  const found = PLACES.find((path) => existsSync(path));
  if (found === undefined && process.env['CI'] !== undefined) {
    throw new Error('expected a Prometheus (apt-get install prometheus), found none');
  }
  return found;
}

/** One that runs; it ends with the test. */
export interface RealPrometheus {
  readonly url: string;
  /** The folder of its configuration, into which a cluster writes where it is. */
  readonly folder: string;
  /** The result of an instant query. @throws what it says of a query that it cannot evaluate. */
  query(query: string, atMs?: number): Promise<readonly unknown[]>;
}

/** A port on loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const listening = await listen(createServer());
  listening.close();
  return listening.port;
}

/** Starts it with the repository's own configuration, but scraping each second. */
export async function startPrometheus(
  binary: string,
  { folder, labPort }: { readonly folder: string; readonly labPort: number },
): Promise<RealPrometheus> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'prometheus.yml');
  copyFileSync(CONFIG, config);
  const faster = readFileSync(config, 'utf8')
    .replace('scrape_interval: 5s', 'scrape_interval: 1s')
    .replace('scrape_timeout: 4s', 'scrape_timeout: 1s')
    .replace('refresh_interval: 5s', 'refresh_interval: 1s')
    .replace('127.0.0.1:9464', `127.0.0.1:${labPort}`);
  writeFileSync(config, faster);
  const child = spawn(
    binary,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  const endMs = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(url))) {
    if (performance.now() > endMs || child.exitCode !== null) {
      throw new Error(`Prometheus did not become ready:\n${said}`);
    }
    await sleep(READY_POLL_MS);
  }
  return { url, folder, query: (query, atMs) => ask(url, query, atMs) };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok;
  } catch {
    return false;
  }
}

async function ask(
  url: string,
  query: string,
  atMs: number | undefined,
): Promise<readonly unknown[]> {
  const at = atMs === undefined ? '' : `&time=${atMs / 1_000}`;
  const answer: unknown = await (
    await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}${at}`)
  ).json();
  const result = fieldOf(fieldOf(answer, 'data'), 'result');
  if (!Array.isArray(result)) throw new Error(`${query}: ${JSON.stringify(answer)}`);
  return result;
}
