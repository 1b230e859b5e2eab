/** The simulated cluster against the contract of clusters. */
import { SimulatedCluster } from '../../src/cluster/simulated/simulated-cluster.js';
import { TEXTBOOK_MODEL } from '../../src/core/service-model.js';
import { defaultEmbeddedSettings } from '../../src/experiment/complete-embedded.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';
import { clusterContract } from './cluster.contract.js';

clusterContract('simulated', async () => {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const cluster = new SimulatedCluster({
    clock,
    settings: defaultEmbeddedSettings(),
    model: TEXTBOOK_MODEL,
    seed: 1,
  });
  return Promise.resolve({
    target: cluster.target,
    namespace: 'contract',
    image: 'any:1',
    run: (promise) => clock.runUntil(promise),
    sleep: (ms) => clock.sleep(ms),
    stop: () => Promise.resolve(cluster.stop()),
  });
});
