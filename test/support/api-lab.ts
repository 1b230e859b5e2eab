/** An API server on loopback with nothing behind it: no controllers, no pods that run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer } from '../../src/cluster/embedded/api-server.js';
import type { ApiEndpoint } from '../../src/cluster/embedded/api-server.js';
import { writeKubeconfig } from '../../src/cluster/embedded/kubeconfig.js';
import { ApiMachinery } from '../../src/control-plane/api-machinery/api-machinery.js';
import type { MetricsSource } from '../../src/control-plane/metrics-source.js';
import type { PodLog, PodLogSource } from '../../src/control-plane/pod-log-source.js';
import { NAMESPACES, PODS } from '../../src/control-plane/resources.js';
import { seededRandom } from '../../src/core/random.js';
import { WallClock } from '../../src/time/wall-clock.js';

const METRICS_TIME = '2026-11-23T06:00:00Z';

/** What a test talks to. */
export interface ApiLab {
  readonly api: ApiMachinery;
  readonly endpoint: ApiEndpoint;
  readonly kubeconfig: string;
  /** Faults of the server itself; a test that expects none looks here. */
  readonly faults: readonly unknown[];
  stop(): Promise<void>;
}

/** Starts an API with the namespace `default`. Every pod has the log `one`, `two`, `three`. */
export async function startApiLab(): Promise<ApiLab> {
  const clock = new WallClock();
  const api = new ApiMachinery({ clock, random: seededRandom(1) });
  api.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  const faults: unknown[] = [];
  const server = new ApiServer({
    api,
    clock,
    metrics: metricsOf(api),
    logs: logsOf(clock.now()),
    onError: (error) => faults.push(error),
  });
  const endpoint = await server.start({ port: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-api-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, endpoint);
  return {
    api,
    endpoint,
    kubeconfig,
    faults,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every pod uses an eighth of a CPU and 64 MiB. */
function metricsOf(api: ApiMachinery): MetricsSource {
  const usage = { cpu: '125000000n', memory: '64Mi' };
  return {
    podMetrics: (namespace) =>
      api.list(PODS, namespace === '' ? {} : { namespace }).items.map(({ metadata }) => ({
        apiVersion: 'metrics.k8s.io/v1beta1',
        kind: 'PodMetrics',
        metadata: { name: metadata.name, namespace: metadata.namespace ?? '' },
        timestamp: METRICS_TIME,
        window: '15s',
        containers: [{ name: 'app', usage }],
      })),
    nodeMetrics: () => [
      {
        apiVersion: 'metrics.k8s.io/v1beta1',
        kind: 'NodeMetrics',
        metadata: { name: 'node-1' },
        timestamp: METRICS_TIME,
        window: '15s',
        usage,
      },
    ],
  };
}

function logsOf(startMs: number): PodLogSource {
  const log: PodLog = {
    lines: ['one', 'two', 'three'].map((text, index) => ({ atMs: startMs + index, text })),
    isEnded: true,
    follow({ onLine, onEnd }) {
      onLine({ atMs: startMs + 10, text: 'followed' });
      onEnd();
      return () => undefined;
    },
  };
  return { get: ({ previous }) => (previous === true ? undefined : log) };
}
