/** An embedded cluster for an experiment, and the client by which the harness talks to it. */
import type { EmbeddedCluster } from '../cluster/embedded/embedded-cluster.js';
import type { ClusterTarget } from '../cluster/target.js';
import type { KubeObject } from '../core/objects.js';
import type { Experiment } from '../experiment/experiment.js';
import type { Clock } from '../time/clock.js';

/**
 * Starts the embedded cluster of an experiment. It is loaded here, not above: `--help` and a faulty
 * experiment file need none of it.
 *
 * @param options - `objects`: what will be deployed; the CPU scale is chosen so that it fits.
 * @throws {LabError} `ADDRESS_IN_USE`, `CLUSTER_FAILED`. Nothing is left running then.
 */
export async function startEmbedded(options: {
  readonly experiment: Experiment;
  readonly objects: readonly KubeObject[];
  readonly clock: Clock;
  readonly prometheusTargets?: string;
}): Promise<EmbeddedCluster> {
  const { EmbeddedCluster: Cluster } = await import('../cluster/embedded/embedded-cluster.js');
  const { experiment, objects, clock, prometheusTargets } = options;
  return Cluster.start({
    settings: experiment.embedded,
    seed: experiment.seed,
    workingDirectory: experiment.folder,
    objects,
    clock,
    faults: experiment.faults ?? [],
    ...(prometheusTargets === undefined ? {} : { prometheusTargets }),
  });
}

/** The cluster as a target, through the same client as any other cluster. */
export async function embeddedTarget(
  cluster: EmbeddedCluster,
  clock: Clock,
): Promise<ClusterTarget> {
  const { KubernetesTarget } = await import('../cluster/kubernetes/kubernetes-target.js');
  return new KubernetesTarget('embedded', {
    kubeconfigPath: cluster.kubeconfigPath,
    context: cluster.context,
    clock,
    serviceUrl: (namespace, name) => cluster.serviceUrl(namespace, name),
  });
}
