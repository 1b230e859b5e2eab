/** How the service under test would be reached from here. */
import type { ApiPort } from '../../cluster/api-port.js';
import { LabError } from '../../core/errors.js';
import { valueAt } from '../../core/json.js';
import type { KubeObject } from '../../core/objects.js';
import type { Experiment } from '../../experiment/experiment.js';
import type { Clock } from '../../time/clock.js';
import { canConnect } from '../real-cluster/connect.js';
import { type ReachOptions, reachService } from '../real-cluster/reach-service.js';
import { blocker, type Finding, fine, warning } from './finding.js';

const CHECK = 'reach';
const FASTER = 'load.from: cluster sends from inside, --url names a way of your own';

/** Of a workload that is there, by trying; of one that is not yet, by what its Service says. */
export async function reachFindings(of: {
  readonly api: ApiPort;
  readonly experiment: Experiment;
  readonly manifests: readonly KubeObject[];
  readonly clock: Clock;
}): Promise<readonly Finding[]> {
  const { api, experiment, manifests, clock } = of;
  if (experiment.load.fromCluster !== undefined) {
    return [fine(CHECK, 'the load is sent from pods of the cluster')];
  }
  const { namespace, service } = experiment;
  const settings: ReachOptions['settings'] = experiment.cluster ?? { via: 'auto' };
  if (experiment.isExisting !== true && settings.serviceUrl === undefined) {
    return [expected(manifests, service)];
  }
  try {
    const { route, url, because } = await reachService({
      api,
      settings,
      namespace,
      service,
      canConnect: (at) => canConnect(at, clock),
      forward: async () => 'a forwarded port',
      isInPod: false,
    });
    const text = `Service ${service}: ${url} by ${route} (${because})`;
    return [route === 'port-forward' ? warning(CHECK, text, FASTER) : fine(CHECK, text)];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return [blocker(CHECK, error.message, error.hint ?? '')];
  }
}

function expected(manifests: readonly KubeObject[], service: string): Finding {
  const found = manifests.find(
    ({ kind, metadata }) => kind === 'Service' && metadata.name === service,
  );
  const named = valueAt(found, ['spec', 'type']);
  const type = typeof named === 'string' ? named : 'ClusterIP';
  const text = `Service ${service} will be of type ${type}`;
  if (type === 'LoadBalancer' || type === 'NodePort') return fine(CHECK, `${text}: tried then`);
  const forward = `${text}: unless an Ingress leads to it, by a port that is forwarded through the API server, which some dozen to hundred requests a second get through (measured before the load)`;
  return warning(CHECK, forward, FASTER);
}
