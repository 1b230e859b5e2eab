/** `npm run cluster`: the embedded cluster on its own, a place to learn and to test. */
import { Command } from 'commander';
import type { EmbeddedCluster } from '../cluster/embedded/embedded-cluster.js';
import { NODES, PODS } from '../control-plane/resources.js';
import { LabError } from '../core/errors.js';
import type { KubeObject } from '../core/objects.js';
import type { Clock } from '../time/clock.js';
import { WallClock } from '../time/wall-clock.js';
import { runChild } from './cluster-child.js';
import { type ClusterFlags, type ClusterJob, clusterJob } from './cluster-flags.js';
import { clusterGuide } from './cluster-guide.js';
import { type ClusterNews, hpaNews, newsLine, nodeNews, podNews } from './cluster-news.js';
import { manifestsToApply } from './cluster-manifests.js';
import { embeddedTarget } from './embedded.js';
import { usageError } from './flag-reader.js';
import { type StopSignals, stopOnSignals } from './stop-signals.js';

/** Starts the embedded cluster and keeps it until a signal, or the end of a command. */
export function clusterCommand(): Command {
  return new Command('cluster')
    .description('start the embedded cluster on its own, for kubectl and other clients')
    .argument('[command...]', 'after --: run with KUBECONFIG set; the cluster ends with it')
    .option('--nodes <n>', 'virtual nodes; they share this machine')
    .option('--node-cpu <amount>', 'CPUs of each node: 2, 500m; an even share by default')
    .option('--node-memory <amount>', 'memory of each node: 4Gi; an even share by default')
    .option('--zones <names>', 'zones that the nodes are in, in turn: a,b,c')
    .option(
      '--image <name=command>',
      'command that stands for an image; may be repeated',
      collected,
    )
    .option(
      '--apply <path>',
      'manifests to apply at the start, - for standard input; may be repeated',
      collected,
    )
    .option('--kubeconfig <path>', 'where to write the kubeconfig; it is removed at the end')
    .option(
      '--prometheus-targets <folder>',
      'where a Prometheus is told how to read the cluster (see manifests/prometheus)',
    )
    .option('--api-port <n>', 'port of the API; any that is free by default')
    .option('--settings <file>', 'settings under `embedded:`, as in an experiment')
    .option(
      '--set <path=value>',
      'one setting: hpaController.syncPeriod=5s; may be repeated',
      collected,
    )
    .option('--seed <n>', 'of everything random')
    .option('--json', 'a JSON object a line: how to reach it, then what happens')
    .option('--quiet', 'nothing but errors')
    .action(async (command: readonly string[], flags: ClusterFlags) => {
      process.exitCode = await runCluster(command, flags);
    });
}

function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

async function runCluster(command: readonly string[], flags: ClusterFlags): Promise<number> {
  const clock = new WallClock();
  const startMs = clock.now();
  const faults: string[] = [];
  if (command.length > 0 && !process.argv.includes('--')) {
    faults.push(`expected a command only after --, found ${command.join(' ')}`);
  }
  const job = clusterJob(flags, command, faults);
  const objects = await manifestsToApply(flags.apply ?? [], { clock, faults });
  if (job === undefined || faults.length > 0) {
    throw usageError(faults, 'npm run cluster -- --help tells what there is');
  }
  const stop = stopOnSignals('ending the cluster');
  let cluster: EmbeddedCluster | undefined;
  try {
    cluster = await startCluster(job, { objects, clock, flags });
    const say = sayer(job, objects);
    follow(cluster, say, clock);
    if (objects.length > 0) await (await embeddedTarget(cluster, clock)).apply(objects);
    say.ready(cluster, clock.now() - startMs);
    return await untilEnd(cluster, job, { stop, clock });
  } finally {
    await cluster?.stop();
    stop.dispose();
  }
}

/** It is loaded here, not above: `--help` and faulty flags need none of it. */
async function startCluster(
  { settings, seed, workingDirectory, kubeconfigPath }: ClusterJob,
  {
    objects,
    clock,
    flags: { prometheusTargets },
  }: {
    readonly objects: readonly KubeObject[];
    readonly clock: Clock;
    readonly flags: ClusterFlags;
  },
): Promise<EmbeddedCluster> {
  const { EmbeddedCluster: Cluster } = await import('../cluster/embedded/embedded-cluster.js');
  return Cluster.start({
    settings,
    seed,
    workingDirectory,
    objects,
    clock,
    ...(kubeconfigPath === undefined ? {} : { kubeconfigPath }),
    ...(prometheusTargets === undefined ? {} : { prometheusTargets }),
  });
}

/** A signal is the usual end of a cluster without a command, and no failure. */
async function untilEnd(
  { kubeconfigPath }: EmbeddedCluster,
  { command }: ClusterJob,
  { stop, clock }: { readonly stop: StopSignals; readonly clock: Clock },
): Promise<number> {
  const { signal } = stop;
  if (command.length === 0) {
    await aborted(signal);
    return 0;
  }
  const code = await runChild({ command, kubeconfigPath, signal, clock });
  if (signal.aborted) throw new LabError('INTERRUPTED', `stopped by ${String(signal.reason)}`);
  return code;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Tells a user how it goes. */
interface Sayer {
  readonly ready: (cluster: EmbeddedCluster, tookMs: number) => void;
  /** Absent: nobody wants to know. */
  readonly news?: (news: ClusterNews, atMs: number) => void;
  readonly failure: (text: string) => void;
}

function failure(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A command's standard output is its own: what is said beside it goes to standard error. */
function sayer({ output, command }: ClusterJob, objects: readonly KubeObject[]): Sayer {
  const stream = command.length > 0 ? process.stderr : process.stdout;
  if (output === 'quiet') return { ready: () => undefined, failure };
  if (output === 'json') {
    const write = (value: object): boolean => stream.write(`${JSON.stringify(value)}\n`);
    return {
      ready: (cluster, tookMs) => write(readyFacts(cluster, tookMs)),
      news: (news, atMs) => write({ at: new Date(atMs).toISOString(), ...news }),
      failure,
    };
  }
  const hasReader = command.length === 0;
  return {
    ready: (cluster, tookMs) => {
      const { kubeconfigPath, nodeNames, facts } = cluster;
      const { cpuScaleBecause } = facts;
      const told = { kubeconfigPath, nodeNames, cpuScaleBecause, tookMs, objects };
      stream.write(hasReader ? clusterGuide(told) : '');
    },
    ...(hasReader && stream.isTTY
      ? {
          news: (news: ClusterNews, atMs: number) => {
            stream.write(`${timeOfDay(atMs)} ${newsLine(news)}\n`);
          },
        }
      : {}),
    failure,
  };
}

function follow(cluster: EmbeddedCluster, { news, failure: onFailure }: Sayer, clock: Clock): void {
  cluster.onFailure(onFailure);
  if (news === undefined) return;
  const tell = (all: readonly ClusterNews[]): void => {
    for (const one of all) news(one, clock.now());
  };
  cluster.onChange(PODS, (event) => tell(podNews(event)));
  cluster.onChange(NODES, (event) => tell(nodeNews(event)));
  cluster.onDecision((_name, record) => tell(hpaNews(record)));
}

function readyFacts(cluster: EmbeddedCluster, tookMs: number): object {
  const { kubeconfigPath, url, context, nodeNames, facts } = cluster;
  return {
    kind: 'ready',
    kubeconfig: kubeconfigPath,
    server: url,
    context,
    nodes: nodeNames,
    pid: process.pid,
    startedInMs: Math.round(tookMs),
    facts,
  };
}

function timeOfDay(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}
