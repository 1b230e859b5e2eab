/** How fast the API of an embedded cluster answers, as one client and a hundred watchers see it. */
import { WallClock } from '../../src/time/wall-clock.js';
import { ApiClient, startClusterProcess } from './cluster-process.js';
import type { ClusterProcess } from './cluster-process.js';
import { type BenchFigure, median } from './figure.js';

const STARTS = 5;
const CONFIG_MAPS = 6_000;
const LISTED = 1_000;
const PODS = 5_000;
const LISTS = 15;
const CHANGES = 300;
const WATCHERS = 100;
const NAMESPACE = '/api/v1/namespaces/default';
const clock = new WallClock();

/** Figures of a cluster in a process of its own. */
export async function benchApi(): Promise<readonly BenchFigure[]> {
  const starts: ClusterProcess[] = [];
  for (let start = 0; start < STARTS; start++) {
    const cluster = await startClusterProcess();
    starts.push(cluster);
    if (start < STARTS - 1) await cluster.stop();
  }
  const cluster = starts.at(-1);
  if (cluster === undefined) throw new Error('expected a cluster');
  try {
    return [
      ...startFigures(starts),
      ...(await idleFigures(cluster)),
      ...(await writeFigures(cluster)),
      ...(await listFigures(cluster)),
      ...(await watchFigures(cluster)),
    ];
  } finally {
    await cluster.stop();
  }
}

function startFigures(starts: readonly ClusterProcess[]): readonly BenchFigure[] {
  const process = median(starts.map(({ processReadyMs }) => processReadyMs));
  return [
    {
      name: 'cluster: start to API ready',
      value: median(starts.map(({ clusterReadyMs }) => clusterReadyMs)),
      unit: 'ms',
      limit: 300,
      note: `${STARTS} starts; ${process.toFixed(0)} ms with the start of the process itself`,
    },
  ];
}

async function idleFigures(cluster: ClusterProcess): Promise<readonly BenchFigure[]> {
  await clock.sleep(5_000);
  return [
    {
      name: 'cluster: idle memory',
      value: cluster.memoryBytes() / 1e6,
      unit: 'MB',
      limit: 120,
      note: `resident, after 5 s; ${(cluster.allMemoryBytes() / 1e6).toFixed(0)} MB with its helper processes`,
    },
  ];
}

function configMap(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { app: 'bench' } },
    data: { key: 'value', other: 'another value' },
  });
}

async function writeFigures(cluster: ClusterProcess): Promise<readonly BenchFigure[]> {
  const client = new ApiClient(cluster);
  const tookMs: number[] = [];
  for (let index = 0; index < CONFIG_MAPS; index++) {
    const body = configMap(`cm-${String(index).padStart(5, '0')}`);
    const sentMs = clock.now();
    await client.send('POST', `${NAMESPACE}/configmaps`, body);
    tookMs.push(clock.now() - sentMs);
  }
  await client.close();
  // the first thousand warm up the compiler of the runtime
  const warm = tookMs.slice(1_000);
  const total = warm.reduce((sum, ms) => sum + ms, 0);
  return [
    {
      name: 'API: ConfigMaps created by one client, one at a time',
      value: (1_000 * warm.length) / total,
      unit: '/s',
      limit: 2_000,
      limitIs: 'at-least',
      note: `after ${tookMs.length - warm.length} to warm up; p50 ${quantile(warm, 0.5).toFixed(2)} ms`,
    },
    { name: 'API: a ConfigMap created, p99', value: quantile(warm, 0.99), unit: 'ms', limit: 3 },
  ];
}

async function listFigures(cluster: ClusterProcess): Promise<readonly BenchFigure[]> {
  const client = new ApiClient(cluster);
  for (let index = 0; index < PODS; index++) {
    await client.send('POST', `${NAMESPACE}/pods`, pod(`pod-${index}`));
  }
  const listMs = async (path: string): Promise<number> => {
    const tookMs: number[] = [];
    for (let round = 0; round < LISTS; round++) {
      const sentMs = clock.now();
      await client.send('GET', path);
      tookMs.push(clock.now() - sentMs);
    }
    return median(tookMs);
  };
  const configMapsMs = await listMs(`${NAMESPACE}/configmaps?limit=${LISTED}`);
  const podsMs = await listMs(`${NAMESPACE}/pods`);
  await client.close();
  return [
    { name: `API: ${LISTED} ConfigMaps listed`, value: configMapsMs, unit: 'ms', limit: 10 },
    { name: `API: ${PODS} pods listed`, value: podsMs, unit: 'ms', limit: 100 },
  ];
}

/** Of a scheduler that is not there: it stays Pending. */
function pod(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench' } },
    spec: {
      schedulerName: 'nobody',
      containers: [
        {
          name: 'c',
          image: 'app:1',
          ports: [{ containerPort: 8_000 }],
          resources: { requests: { cpu: '100m', memory: '64Mi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 8_000 } },
        },
      ],
    },
  });
}

async function watchFigures(cluster: ClusterProcess): Promise<readonly BenchFigure[]> {
  const one = await watched(cluster, 1);
  const many = await watched(cluster, WATCHERS);
  return [
    {
      name: 'API: a create is seen by a watcher, p50',
      value: quantile(one, 0.5),
      unit: 'ms',
      limit: 2,
      note: `from when it is sent; p99 ${quantile(one, 0.99).toFixed(2)} ms`,
    },
    {
      name: `API: a create is seen by ${WATCHERS} watchers, p99`,
      value: quantile(many, 0.99),
      unit: 'ms',
      limit: 20,
      note: `p50 ${quantile(many, 0.5).toFixed(2)} ms, each on a connection of its own`,
    },
  ];
}

/** Ms from the sending of each change to its sight by each watcher. */
async function watched(cluster: ClusterProcess, watchers: number): Promise<readonly number[]> {
  const label = `watched-${watchers}`;
  const sentMs = new Map<string, number>();
  const tookMs: number[] = [];
  const clients = Array.from({ length: watchers }, () => new ApiClient(cluster));
  const path = `${NAMESPACE}/configmaps?watch=1&resourceVersion=&labelSelector=app%3D${label}`;
  for (const client of clients) {
    await client.watch(path, (line) => {
      const name = /"name":"(seen-[\d-]+)"/.exec(line)?.[1] ?? '';
      tookMs.push(clock.now() - (sentMs.get(name) ?? Number.NaN));
    });
  }
  const writer = new ApiClient(cluster);
  for (let index = 0; index < CHANGES; index++) {
    const name = `seen-${watchers}-${index}`;
    const body = configMap(name).replace('"app":"bench"', `"app":"${label}"`);
    sentMs.set(name, clock.now());
    await writer.send('POST', `${NAMESPACE}/configmaps`, body);
    await clock.sleep(5);
  }
  await clock.sleep(200);
  await Promise.all([writer, ...clients].map((client) => client.close()));
  if (tookMs.length < CHANGES * watchers) {
    throw new Error(`expected ${CHANGES * watchers} sights, got ${tookMs.length}`);
  }
  return tookMs;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
