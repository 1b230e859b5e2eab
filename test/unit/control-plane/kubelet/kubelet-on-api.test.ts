import { describe, expect, it } from 'vitest';
import { ApiMachinery } from '../../../../src/control-plane/api-machinery/api-machinery.js';
import { Kubelet } from '../../../../src/control-plane/kubelet/kubelet.js';
import { NAMESPACES, NODES, PODS, EVENTS } from '../../../../src/control-plane/resources.js';
import { seededRandom } from '../../../../src/core/random.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';
import { FakePodRuntime } from '../../../support/fake-pod-runtime.js';

describe('a kubelet on the real API', () => {
  it('registers its node, runs a pod to ready, and ends it', () => {
    const clock = new VirtualClock(Date.UTC(2026, 10, 23));
    const api = new ApiMachinery({ clock, random: seededRandom(1) });
    const runtime = new FakePodRuntime(clock);
    const kubelet = new Kubelet({
      api,
      clock,
      runtime,
      node: {
        name: 'lab',
        capacity: { cpuMillicores: 6_600, memoryBytes: 2 ** 33, pods: 110 },
        address: '127.0.0.1',
        operatingSystem: 'linux',
        architecture: 'amd64',
        kubeletVersion: 'v1.36.0',
      },
    });
    api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    kubelet.start();
    const key = { namespace: 'shop', name: 'web' };
    api.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: key,
      spec: {
        nodeName: 'lab',
        containers: [
          { name: 'app', image: 'app:1', readinessProbe: { httpGet: { path: '/', port: 8000 } } },
        ],
      },
    });

    const phases: string[] = [];
    api.watch(PODS, ({ type, object }) => {
      phases.push(`${type} ${object.status?.phase} ${object.status?.observedGeneration ?? '-'}`);
    });
    clock.advance(20_000);
    const running = api.get(PODS, key);
    api.delete(PODS, key);
    const terminating = api.get(PODS, key);
    clock.advance(20_000);

    expect(api.get(NODES, { namespace: '', name: 'lab' })?.status).toMatchObject({
      allocatable: { cpu: '6600m', memory: '8Gi', pods: '110' },
    });
    expect(running?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    expect(terminating?.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(api.get(PODS, key)).toBeUndefined();
    expect(phases.at(-1)).toMatch(/^DELETED Succeeded/);
    expect(runtime.openSandboxes).toBe(0);
    expect(api.list(EVENTS).items.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['Pulled', 'Created', 'Started', 'Killing']),
    );
    expect(phases).toEqual([
      'MODIFIED Pending 1',
      'MODIFIED Pending 1',
      'MODIFIED Running 1',
      'MODIFIED Running 1',
      'MODIFIED Running 1',
      'MODIFIED Running 2',
      'MODIFIED Succeeded 2',
      'MODIFIED Succeeded 2',
      'DELETED Succeeded 2',
    ]);
  });
});
