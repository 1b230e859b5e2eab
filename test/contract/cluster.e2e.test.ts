/** The embedded cluster, or the real one of `HPA_LAB_CONTRACT_KUBECONFIG`, against the contract of clusters. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { KubernetesTarget } from '../../src/cluster/kubernetes/kubernetes-target.js';
import { valueAt } from '../../src/core/json.js';
import { WallClock } from '../../src/time/wall-clock.js';
import {
  CONTRACT_IMAGE,
  isRealCluster,
  REAL_KUBECONFIG,
  startEmbedded,
} from '../support/contract-cluster.js';
import { clusterContract } from './cluster.contract.js';

clusterContract(isRealCluster ? 'the real one' : 'embedded', async () => {
  const clock = new WallClock();
  const embedded = isRealCluster ? undefined : await startEmbedded({}, []);
  const kubeconfigPath = embedded?.kubeconfigPath ?? REAL_KUBECONFIG;
  const context = valueAt(parse(readFileSync(kubeconfigPath, 'utf8')), ['current-context']);
  const target = new KubernetesTarget('kubernetes', {
    kubeconfigPath,
    context: String(context),
    clock,
    serviceUrl: (namespace, name) =>
      embedded?.serviceUrl(namespace, name) ??
      Promise.resolve(`http://${name}.${namespace}.svc.cluster.local`),
  });
  return {
    target,
    namespace: `contract-target-${process.pid}`,
    image: CONTRACT_IMAGE,
    run: (promise) => promise,
    sleep: (ms) => clock.sleep(ms),
    stop: async () => embedded?.stop(),
  };
});
