/** The sender that an experiment asks for: processes of this machine, or pods of the cluster. */
import { LAB_IMAGE } from '../cluster/worker-image.js';
import type { Experiment } from '../experiment/experiment.js';
import type { LoadSender } from '../load/sender.js';
import { ProcessSender } from '../load/senders/process-sender.js';
import type { Clock } from '../time/clock.js';

/** Where the load may be sent from. */
export interface SenderPlace {
  readonly kubeconfigPath: string;
  readonly context: string;
  readonly clock: Clock;
  /** Of the run: it names the workers' namespace. */
  readonly runId: string;
  /** Labels of everything that the run makes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Image of the workers; absent: as the experiment says, else this lab's own. */
  readonly senderImage?: string;
  /** Where the Service is reached from within the cluster; absent: at its cluster IP. */
  readonly targetUrl?: () => Promise<string>;
}

/**
 * The sender of an experiment's load.
 *
 * @throws {LabError} `CLUSTER_FAILED` when the kubeconfig cannot be read.
 */
export async function senderOf(experiment: Experiment, place: SenderPlace): Promise<LoadSender> {
  const { load, namespace, service: name, cluster } = experiment;
  const { clock, kubeconfigPath, context, labels, senderImage } = place;
  if (load.fromCluster === undefined) {
    return new ProcessSender({ clock, engine: 'auto', processes: load.processes ?? 'auto' });
  }
  const { ClusterSender } = await import('../load/senders/cluster-sender.js');
  const { KubernetesWorkers } = await import('../cluster/kubernetes/worker-pods.js');
  const { inClusterUrl } = await import('../cluster/kubernetes/in-cluster-url.js');
  const access = { kubeconfigPath, context };
  const given = urlOfAll(cluster?.serviceUrl);
  return new ClusterSender({
    clock,
    engine: 'auto',
    pods: new KubernetesWorkers({
      ...access,
      name: workersName(place.runId),
      givenNamespace: namespace,
      labels,
      ...(cluster?.pullSecret === undefined ? {} : { pullSecret: cluster.pullSecret }),
      image: senderImage ?? load.fromCluster.image ?? LAB_IMAGE,
      clock,
    }),
    targetUrl:
      given === undefined
        ? (place.targetUrl ?? (() => inClusterUrl(access, { namespace, name })))
        : () => Promise.resolve(given),
  });
}

/** A URL that was given, unless it is one of this machine's own: no pod would reach that. */
function urlOfAll(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, origin } = new URL(url);
  const isOwn = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return isOwn ? undefined : origin;
}

const MAX_NAME = 63;

/** Of each run its own, so that workers of two runs never meet. */
function workersName(runId: string): string {
  const safe = runId.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  return `hpa-lab-load-${safe}`.slice(0, MAX_NAME).replace(/-+$/, '');
}
