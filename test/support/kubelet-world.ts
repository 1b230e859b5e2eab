/** A kubelet on scripted containers and the virtual clock. */
import { Kubelet } from '../../src/control-plane/kubelet/kubelet.js';
import type { KubeletOptions } from '../../src/control-plane/kubelet/kubelet.js';
import { EVENTS, PODS } from '../../src/control-plane/resources.js';
import type { Container, Pod, PodSpec } from '../../src/core/objects.js';
import { VirtualClock } from '../../src/time/virtual-clock.js';
import { FakePodRuntime } from './fake-pod-runtime.js';
import type { FakeContainerScript } from './fake-pod-runtime.js';
import { MemoryKubeApi } from './memory-kube-api.js';

const START_MS = Date.UTC(2026, 10, 23, 6, 0, 0);

/** A container of no special kind. */
export function aContainer(fields: Partial<Container> = {}): Container {
  return { name: 'web', image: 'sample:1', ...fields };
}

/** See the file's first line. */
export interface KubeletWorld {
  readonly clock: VirtualClock;
  readonly api: MemoryKubeApi;
  readonly runtime: FakePodRuntime;
  readonly kubelet: Kubelet;
  /** What it was made with, to make another. */
  readonly options: KubeletOptions;
  readonly pod: (name?: string) => Pod | undefined;
  readonly events: (pattern?: RegExp) => string[];
  readonly history: string[];
}

/** Starts nothing: the kubelet is started by the test. */
export function aKubeletWorld(
  scripts: Readonly<Record<string, FakeContainerScript>> = {},
  options: Partial<KubeletOptions> = {},
): KubeletWorld {
  const clock = new VirtualClock(START_MS);
  const api = new MemoryKubeApi(clock);
  const runtime = new FakePodRuntime(clock, scripts);
  const whole: KubeletOptions = {
    api,
    clock,
    runtime,
    node: {
      name: 'lab',
      capacity: { cpuMillicores: 6_600, memoryBytes: 8 * 2 ** 30, pods: 110 },
      address: '10.0.0.1',
      operatingSystem: 'linux',
      architecture: 'amd64',
      kubeletVersion: 'v1.36.0',
    },
    ...options,
  };
  const kubelet = new Kubelet(whole);
  const history: string[] = [];
  api.watch(PODS, ({ type, object }) => {
    const at = Math.round(clock.now() - START_MS);
    const status = object.status?.containerStatuses?.[0];
    const state =
      status?.state?.waiting?.reason ??
      status?.state?.terminated?.reason ??
      (status?.state?.running === undefined ? '-' : 'running');
    const ready = status?.ready === true ? ' ready' : '';
    history.push(`${at} ${type} ${object.status?.phase ?? '-'} ${state}${ready}`);
  });
  return {
    clock,
    api,
    runtime,
    kubelet,
    options: whole,
    history,
    pod: (name = 'web-1') => api.get(PODS, { namespace: 'shop', name }),
    events: (pattern = /./) =>
      api
        .list(EVENTS)
        .items.map(({ type, reason, message, count }) => `${type} ${reason} ${message} x${count}`)
        .filter((line) => pattern.test(line)),
  };
}

/** Creates the pod `shop/web-1`, bound to the kubelet's node. */
export function createPod(world: KubeletWorld, spec: Partial<PodSpec> = {}, name = 'web-1'): void {
  world.api.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: {
      containers: [aContainer()],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 10,
      nodeName: 'lab',
      ...spec,
    },
  });
}
