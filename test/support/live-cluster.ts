/** An embedded cluster of real processes for tests, with clients to look at it. */
import {
  AppsV1Api,
  CoreV1Api,
  DiscoveryV1Api,
  KubeConfig,
  KubernetesObjectApi,
} from '@kubernetes/client-node';
import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import { fileURLToPath } from 'node:url';
import { EmbeddedCluster } from '../../src/cluster/embedded/embedded-cluster.js';
import { defaultEmbeddedSettings } from '../../src/experiment/complete-embedded.js';
import type { EmbeddedSettings } from '../../src/experiment/experiment.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { findKubectl, runKubectl } from './kubectl.js';
import type { CommandResult } from './kubectl.js';

const UNRULY = fileURLToPath(new URL('unruly-service.mjs', import.meta.url));
const POLL_MS = 40;

/** See the file's first line. */
export interface LiveCluster {
  readonly clock: WallClock;
  readonly cluster: EmbeddedCluster;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly discovery: DiscoveryV1Api;
  readonly create: (...objects: readonly KubernetesObject[]) => Promise<void>;
  /** Pods whose label `app` is that, oldest first. */
  readonly pods: (app: string) => Promise<readonly V1Pod[]>;
  /** Asks until there is an answer; the last sight of `describe` is in the error. */
  readonly until: <T>(
    ask: () => Promise<T | undefined | false>,
    options: { readonly what: string; readonly timeoutMs?: number },
  ) => Promise<T>;
  /** Absent where there is no kubectl. */
  readonly kubectl: ((command: string) => Promise<CommandResult>) | undefined;
  readonly stop: () => Promise<void>;
}

/** Starts it with pods that start as fast as the machine lets them; images `unruly:1` and the sample service are known. */
export async function startLiveCluster(
  settings: Partial<EmbeddedSettings> = {},
): Promise<LiveCluster> {
  const clock = new WallClock();
  const cluster = await EmbeddedCluster.start({
    settings: {
      ...defaultEmbeddedSettings(),
      cpuScale: 1,
      delays: { podStartMs: 0, podStartJitterMs: 0, containerSeenMs: 700, endpointsMs: 30 },
      images: {
        'unruly:1': {
          command: [process.execPath, UNRULY],
          env: { HOST: '$(POD_IP)', PORT: '$(PORT_8000)' },
        },
      },
      ...settings,
    },
    seed: 1,
    clock,
    objects: [],
  });
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfigPath);
  const core = config.makeApiClient(CoreV1Api);
  const objects = KubernetesObjectApi.makeApiClient(config);
  const kubectl = findKubectl();
  return {
    clock,
    cluster,
    core,
    apps: config.makeApiClient(AppsV1Api),
    discovery: config.makeApiClient(DiscoveryV1Api),
    create: async (...all) => {
      for (const object of all) await objects.create(object);
    },
    pods: async (app) => {
      const { items } = await core.listNamespacedPod({
        namespace: 'default',
        labelSelector: `app=${app}`,
      });
      return items.toSorted((a, b) => createdMs(a) - createdMs(b));
    },
    until: async (ask, { what, timeoutMs = 20_000 }) => {
      for (const endMs = clock.now() + timeoutMs; clock.now() < endMs; await clock.sleep(POLL_MS)) {
        const answer = await ask();
        if (answer !== undefined && answer !== false) return answer;
      }
      const { items } = await core.listNamespacedPod({ namespace: 'default' });
      const seen = items.map(({ metadata, spec, status }) => ({
        name: metadata?.name,
        node: spec?.nodeName,
        phase: status?.phase,
        containers: status?.containerStatuses,
      }));
      throw new Error(`not within ${timeoutMs} ms: ${what}; pods: ${JSON.stringify(seen)}`);
    },
    kubectl:
      kubectl === undefined
        ? undefined
        : (command) =>
            runKubectl(kubectl, command.split(' '), { kubeconfig: cluster.kubeconfigPath }),
    stop: () => cluster.stop(),
  };
}

/** Whether the pod is there to stay and all of it is ready. */
export function isReady({ metadata, status }: V1Pod): boolean {
  const isGoing = metadata?.deletionTimestamp !== undefined;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return !isGoing && ready?.status === 'True';
}

/** Where one pod itself is reached, whatever Services say. */
export function podUrl({ metadata, status }: V1Pod, port = 8_000): string {
  const mapped = metadata?.annotations?.['hpa-lab.dev/mapped-ports'];
  const ports: unknown = mapped === undefined ? undefined : JSON.parse(mapped);
  const real =
    typeof ports === 'object' && ports !== null ? Object.entries(ports) : [[String(port), port]];
  const found = real.find(([containerPort]) => containerPort === String(port));
  return `http://${status?.podIP ?? ''}:${String(found?.[1] ?? port)}`;
}

function createdMs({ metadata }: V1Pod): number {
  return metadata?.creationTimestamp?.getTime() ?? 0;
}
