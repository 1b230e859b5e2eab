/** An embedded cluster in a process of its own, as `npm run cluster` starts it, and a client of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'undici';
import { packageRoot } from '../../src/process/package-root.js';
import { WallClock } from '../../src/time/wall-clock.js';

const clock = new WallClock();

/** A cluster that runs until it is stopped. */
export interface ClusterProcess {
  /** From the start of the process until it says that it is ready. */
  readonly processReadyMs: number;
  /** Of these, what the cluster itself took. */
  readonly clusterReadyMs: number;
  readonly server: string;
  readonly token: string;
  readonly ca: Buffer;
  /** Resident memory of the process that serves the API, bytes. */
  readonly memoryBytes: () => number;
  /** The same with its helper processes. */
  readonly allMemoryBytes: () => number;
  readonly stop: () => Promise<void>;
}

/** Starts a cluster as `npm run cluster` does; the harness has to be built and bundled. */
export async function startClusterProcess(): Promise<ClusterProcess> {
  const startMs = clock.now();
  const cli = join(packageRoot(), 'dist', 'bundle', 'cli.js');
  const child = spawn(process.execPath, [cli, 'cluster', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const facts = await firstLine(child);
  const processReadyMs = clock.now() - startMs;
  const { pid = 0 } = child;
  const kubeconfig = readFileSync(textOf(facts, 'kubeconfig'), 'utf8');
  return {
    processReadyMs,
    clusterReadyMs: Number(Reflect.get(facts, 'startedInMs')),
    server: textOf(facts, 'server'),
    token: valueIn(kubeconfig, 'token'),
    ca: Buffer.from(valueIn(kubeconfig, 'certificate-authority-data'), 'base64'),
    memoryBytes: () => residentBytes(pid),
    allMemoryBytes: () => processTree(pid).reduce((sum, each) => sum + residentBytes(each), 0),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<object> {
  if (child.stdout === null) throw new Error('expected a pipe');
  const lines = createInterface({ input: child.stdout });
  const [line]: unknown[] = await once(lines, 'line');
  // what comes after must not fill the pipe
  child.stdout.resume();
  const facts: unknown = JSON.parse(String(line));
  if (typeof facts !== 'object' || facts === null) throw new Error('expected the ready line');
  return facts;
}

function textOf(facts: object, name: string): string {
  return String(Reflect.get(facts, name));
}

function valueIn(kubeconfig: string, field: string): string {
  const value = new RegExp(`["']?${field}["']?:\\s*["']?([\\w+/=.-]+)`).exec(kubeconfig)?.[1];
  if (value === undefined) throw new Error(`expected ${field} in the kubeconfig`);
  return value;
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1_024;
}

/** The process and all that descend from it. */
function processTree(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const tree = [root];
  for (const pid of tree) {
    for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  }
  return tree;
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** One connection to a cluster, one request at a time. */
export class ApiClient {
  readonly #client: Client;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ server, ca, token }: ClusterProcess) {
    this.#client = new Client(server, { connect: { ca }, pipelining: 1 });
    this.#headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  }

  /** The answer's bytes. @throws when it is a refusal. */
  async send(method: 'GET' | 'POST', path: string, body?: string): Promise<Buffer> {
    const answer = await this.#client.request({
      method,
      path,
      headers: this.#headers,
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${bytes.toString('utf8')}`);
    return bytes;
  }

  /** Calls `onLine` for each event of a watch, until the client is closed. */
  async watch(path: string, onLine: (line: string) => void): Promise<void> {
    const { body } = await this.#client.request({ method: 'GET', path, headers: this.#headers });
    let rest = '';
    body.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString('utf8')}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
    // closing the client ends the stream in the middle
    body.on('error', () => undefined);
  }

  /** Ends the connection, whatever is under way. */
  async close(): Promise<void> {
    await this.#client.destroy();
  }
}
