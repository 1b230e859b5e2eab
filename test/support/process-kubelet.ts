/** A kubelet over real processes, without an API server. */
import { expect, onTestFinished } from 'vitest';
import type { Container, Pod, PodSpec } from '../../src/core/objects.js';
import { seededRandom } from '../../src/core/random.js';
import { Kubelet } from '../../src/control-plane/kubelet/kubelet.js';
import type { KubeletSettings } from '../../src/control-plane/kubelet/settings.js';
import { PODS } from '../../src/control-plane/resources.js';
import { ProcessRuntime } from '../../src/cluster/embedded/process-runtime/process-runtime.js';
import type { ProcessRuntimeOptions } from '../../src/cluster/embedded/process-runtime/process-runtime.js';
import { markedProcesses } from '../../src/cluster/embedded/run-guard/process-files.js';
import { RunGuard } from '../../src/cluster/embedded/run-guard/run-guard.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { MemoryKubeApi } from './memory-kube-api.js';

/** See the file's first line. */
export interface ProcessKubelet {
  readonly clock: WallClock;
  readonly api: MemoryKubeApi;
  readonly runtime: ProcessRuntime;
  readonly guard: RunGuard;
  readonly pod: () => Pod | undefined;
  readonly when: <T>(what: () => T | undefined | false, timeoutMs?: number) => Promise<T>;
  readonly create: (container: Partial<Container>, spec?: Partial<PodSpec>) => void;
}

/** Starts it; with the test it ends, and so does every process. */
export async function aProcessKubelet(
  options: Partial<ProcessRuntimeOptions>,
  settings: Partial<KubeletSettings> = { relistDelayMs: 20 },
): Promise<ProcessKubelet> {
  const clock = new WallClock();
  const guard = RunGuard.start();
  const runtime = await ProcessRuntime.start({
    clock,
    random: seededRandom(Date.now()),
    guard,
    images: {},
    cpuScale: 1,
    addresses: 'auto',
    cpuLimits: 'auto',
    ...options,
  });
  const api = new MemoryKubeApi(clock);
  const kubelet = new Kubelet({
    api,
    clock,
    runtime,
    settings,
    node: {
      name: 'lab',
      capacity: { cpuMillicores: 4_000, memoryBytes: 2 ** 33, pods: 110 },
      address: '127.0.0.1',
      operatingSystem: 'linux',
      architecture: 'amd64',
      kubeletVersion: 'v1.36.0',
    },
  });
  kubelet.start();
  onTestFinished(async () => {
    kubelet.stop();
    await runtime.close();
    expect(markedProcesses(guard.runId)).toEqual([]);
    guard.close();
  });
  const key = { namespace: 'shop', name: 'web' };
  return {
    clock,
    api,
    runtime,
    guard,
    pod: () => api.get(PODS, key),
    when: async (what, timeoutMs = 10_000) => {
      const endMs = clock.now() + timeoutMs;
      for (;;) {
        const value = what();
        if (value !== undefined && value !== false) return value;
        if (clock.now() > endMs) {
          throw new Error(
            `not within ${timeoutMs} ms; pod: ${JSON.stringify(api.get(PODS, key)?.status)}`,
          );
        }
        await clock.sleep(5);
      }
    },
    create: (container, spec = {}) => {
      api.create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...key, labels: { app: 'web' } },
        spec: {
          nodeName: 'lab',
          terminationGracePeriodSeconds: 5,
          ...spec,
          containers: [{ name: 'app', image: 'app:1', ...container }],
        },
      });
    },
  };
}

/** Status of the pod's first container. */
export const status = (world: ProcessKubelet) => world.pod()?.status?.containerStatuses?.[0];

/** What the pod's container wrote, in its present or in its last start. */
export const logText = (world: ProcessKubelet, previous = false): string | undefined =>
  world.runtime.logs
    .get({ podUid: 'uid-web', container: 'app', previous })
    ?.lines.map(({ text }) => text)
    .join('\n');
