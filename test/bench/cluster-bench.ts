/** How fast the embedded cluster starts and answers, and what harness and control plane use in a spike. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedCluster } from '../../src/cluster/embedded/embedded-cluster.js';
import { KubernetesTarget } from '../../src/cluster/kubernetes/kubernetes-target.js';
import { isPod } from '../../src/core/object-guards.js';
import type { KubeObject } from '../../src/core/objects.js';
import type { Experiment } from '../../src/experiment/experiment.js';
import { parseManifests, prepareManifests } from '../../src/experiment/manifests.js';
import { parseExperiment } from '../../src/experiment/parse.js';
import { packageRoot } from '../../src/process/package-root.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { decodeTimeline } from '../../src/timeline/codec.js';
import type { Timeline } from '../../src/timeline/record.js';
import { benchApi } from './api-bench.js';
import { benchControlPlane } from './control-plane-bench.js';
import { median, type BenchFigure } from './figure.js';

const STARTS = 5;
const NAMESPACE = 'hpa-lab-bench';
const clock = new WallClock();

/** Medians of several starts, and one run with ten pods under load. */
export async function benchCluster(): Promise<readonly BenchFigure[]> {
  const apiReadyMs: number[] = [];
  const podReadyMs: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const { apiMs, podMs } = await oneStart();
    apiReadyMs.push(apiMs);
    podReadyMs.push(podMs);
  }
  return [
    {
      name: 'embedded cluster: start to first answer of the API',
      value: median(apiReadyMs),
      unit: 'ms',
      limit: 300,
      note: `${STARTS} starts in this process, through client-node`,
    },
    {
      name: 'embedded cluster: start to first pod Ready (no delays)',
      value: median(podReadyMs),
      unit: 'ms',
      limit: 1_500,
    },
    ...(await benchApi()),
    ...benchControlPlane(),
    ...tenPods(),
  ];
}

async function oneStart(): Promise<{ readonly apiMs: number; readonly podMs: number }> {
  const experiment = parsed('quick-start.yaml', QUICK_START);
  const objects = manifests(experiment);
  const startMs = clock.now();
  const { embedded: settings, seed } = experiment;
  const cluster = await EmbeddedCluster.start({ settings, seed, clock, objects });
  try {
    const target = new KubernetesTarget('embedded', {
      kubeconfigPath: cluster.kubeconfigPath,
      context: cluster.context,
      clock,
      serviceUrl: (namespace, name) => cluster.serviceUrl(namespace, name),
    });
    await target.pods('default');
    const apiMs = clock.now() - startMs;
    await target.apply(objects);
    await firstReady(target);
    return { apiMs, podMs: clock.now() - startMs };
  } finally {
    await cluster.stop();
  }
}

async function firstReady(target: KubernetesTarget): Promise<void> {
  const stop = new AbortController();
  await target.watch(
    { kind: 'pods', namespace: NAMESPACE },
    {
      onChange: ({ object }) => {
        const conditions = isPod(object) ? (object.status?.conditions ?? []) : [];
        if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True'))
          stop.abort();
      },
    },
    stop.signal,
  );
}

/** One pod of the sample service without any delay, on a machine-sized CPU. */
const QUICK_START = `
name: bench
question: How fast is the first pod Ready?
manifests: [manifests]
underTest: { deployment: sample-service }
load: { stages: [{ name: none, kind: constant, rate: 1/s, duration: 1s }] }
patches:
  - kind: Deployment
    name: sample-service
    patch:
      spec:
        replicas: 1
        template:
          spec:
            containers:
              - name: service
                image: hpa-lab/sample-service:0.1.0
                ports: [{ name: http, containerPort: 8000 }]
                readinessProbe: { httpGet: { path: /ready, port: http }, periodSeconds: 1 }
embedded:
  cpuScale: 1
  delays: { podStart: 0s, podStartJitter: 0s, containerSeen: 0s, endpoints: 0s }
`;

function parsed(fileName: string, text: string): Experiment {
  const result = parseExperiment(text, {
    fileName,
    resolvePath: (path) => join(packageRoot(), path),
    measures: [],
  });
  if (result.kind === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.experiment;
}

function manifests({ manifests: folders, patches }: Experiment): readonly KubeObject[] {
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml') && !name.startsWith('kustomization'))
      .map((name) => ({ path: name, text: readFileSync(join(folder, name), 'utf8') })),
  );
  const read = parseManifests(files);
  if (read.kind === 'faults') throw new Error(read.faults.join('\n'));
  const prepared = prepareManifests(read.objects, { namespace: NAMESPACE, patches, labels: {} });
  if (prepared.kind === 'faults') throw new Error(prepared.faults.join('\n'));
  return prepared.objects;
}

function tenPods(): readonly BenchFigure[] {
  const results = mkdtempSync(join(tmpdir(), 'hpa-lab-bench-'));
  try {
    const file = join(packageRoot(), 'test', 'bench', 'ten-pods.yaml');
    const cli = join(packageRoot(), 'dist', 'cli.js');
    execFileSync(process.execPath, [cli, 'experiment', file, '--results', results, '--ci'], {
      stdio: 'ignore',
    });
    const [run = ''] = readdirSync(join(results, 'ten-pods'));
    const path = join(results, 'ten-pods', run, 'timeline.ndjson');
    return harnessFigures(decodeTimeline(readFileSync(path, 'utf8'), path).timeline);
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

function harnessFigures({ records }: Timeline): readonly BenchFigure[] {
  const phases = records.filter((record) => record.kind === 'phase');
  const startT = phases.find(({ phase }) => phase === 'load')?.t ?? Number.NaN;
  const endT = phases.find(({ phase }) => phase === 'cool-down')?.t ?? Number.NaN;
  const samples = records.filter((record) => record.kind === 'harness');
  const during = samples.filter(({ t }) => t >= startT && t <= endT);
  const [first, last] = [during[0], during.at(-1)];
  if (first === undefined || last === undefined) throw new Error('expected samples of the harness');
  return [
    {
      name: 'harness and control plane: resident memory, 10 pods under load',
      value: Math.max(...during.map(({ rssBytes }) => rssBytes)) / 1e6,
      unit: 'MB',
      limit: 250,
    },
    {
      name: 'harness and control plane: CPU, 10 pods under load',
      value: (100 * (last.cpuMs - first.cpuMs)) / (last.t - first.t),
      unit: '% of a core',
      limit: 5,
    },
  ];
}
