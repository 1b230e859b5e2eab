/**
 * The cluster that contract tests talk to: an embedded one of their own, or the real one of
 * `HPA_LAB_CONTRACT_KUBECONFIG`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedCluster } from '../../src/cluster/embedded/embedded-cluster.js';
import { clusterJob } from '../../src/commands/cluster-flags.js';
import { WallClock } from '../../src/time/wall-clock.js';
import type { ClusterFlags } from '../../src/commands/cluster-flags.js';
import { runKubectl } from './kubectl.js';

/** Where tests find their cluster. */
export interface ContractCluster {
  readonly kubeconfig: string;
  /** True: what a test asks must be what a real server does, whatever the lab adds. */
  readonly isReal: boolean;
  /** A namespace of this run's own, made already. */
  readonly namespace: string;
  /** A folder for files of the test. */
  readonly folder: string;
  /** What parts of the embedded cluster reported as failed. */
  readonly failures: readonly string[];
  /** Removes the namespace and what was started. */
  stop(): Promise<void>;
}

/**
 * Image of pods in contract tests: a real node pulls it, the embedded one runs this Node. `HOST` and
 * `PORT` say where to listen; a real node sets neither: everywhere, on 8080.
 */
export const CONTRACT_IMAGE = 'node:22-alpine';

/** A real node takes its time; tests of what clients see need none of it. */
const NO_DELAYS = ['podStart', 'podStartJitter', 'containerSeen', 'endpoints'].map(
  (name) => `delays.${name}=0s`,
);

/** Its kubeconfig; empty without one. */
export const REAL_KUBECONFIG = process.env['HPA_LAB_CONTRACT_KUBECONFIG'] ?? '';

/** Whether tests run against a real cluster. */
export const isRealCluster = REAL_KUBECONFIG !== '';

/** Starts or finds the cluster and makes a namespace in it. */
export async function contractCluster(
  kubectl: string,
  flags: ClusterFlags = {},
): Promise<ContractCluster> {
  const failures: string[] = [];
  const embedded = isRealCluster ? undefined : await startEmbedded(flags, failures);
  const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-contract-'));
  const kubeconfig = embedded?.kubeconfigPath ?? REAL_KUBECONFIG;
  const namespace = `contract-${process.pid}`;
  const made = await runKubectl(kubectl, ['create', 'namespace', namespace], { kubeconfig });
  const stop = async (): Promise<void> => {
    if (embedded === undefined) {
      const args = ['delete', 'namespace', namespace, '--wait=false'];
      await runKubectl(kubectl, args, { kubeconfig });
    }
    await embedded?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  if (made.code !== 0) {
    await stop();
    throw new Error(`expected a namespace to be made: ${made.stderr}`);
  }
  return { kubeconfig, isReal: isRealCluster, namespace, folder, failures, stop };
}

/** An embedded cluster for contract tests; what its parts report as failed is put into `failures`. */
export async function startEmbedded(
  flags: ClusterFlags,
  failures: string[],
): Promise<EmbeddedCluster> {
  const faults: string[] = [];
  const set = [...NO_DELAYS, ...(flags.set ?? [])];
  const job = clusterJob({ ...flags, set }, [], faults);
  if (job === undefined) throw new Error(faults.join('; '));
  const { settings, seed, workingDirectory } = job;
  const image = {
    command: [process.execPath],
    env: { HOST: '$(POD_IP)', PORT: '$(PORT_8080)' },
  };
  const cluster = await EmbeddedCluster.start({
    settings: { ...settings, images: { ...settings.images, [CONTRACT_IMAGE]: image } },
    seed,
    workingDirectory,
    objects: [],
    clock: new WallClock(),
  });
  cluster.onFailure((text) => failures.push(text));
  return cluster;
}
