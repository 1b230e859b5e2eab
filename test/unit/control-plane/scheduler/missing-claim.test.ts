import { expect, it } from 'vitest';
import {
  NAMESPACE,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import { PODS } from '../../../../src/control-plane/resources.js';

it('leaves a pod without a node whose claim is not there', () => {
  const lab = controlPlaneLab({ nodes: [{ name: 'a' }, { name: 'b' }] });

  lab.api.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: NAMESPACE },
    spec: {
      containers: [{ name: 'c', image: 'i' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });
  lab.clock.advance(60_000);

  const [pod] = lab.pods();
  expect(pod?.spec.nodeName).toBeUndefined();
  expect(pod?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message).toBe(
    '0/2 nodes are available: persistentvolumeclaim "data" not found. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
  );
  expect(lab.failures).toEqual([]);
});
