/** What a service is made of in the simulated cluster: its numbers, measured or from a textbook. */
import type { Scatter } from './scatter.js';

/** CPU times are in ms of a Kubernetes CPU, spans of time in ms. */
export interface ServiceModel {
  /** From the start of a container to its process, beside what the kubelet takes. */
  readonly processStartMs: Scatter;
  /** CPU from the first instruction until it listens. */
  readonly bootCpuMs: Scatter;
  readonly request: RequestModel;
  /** CPU of a probe. */
  readonly probeCpuMs: number;
  /** CPU beside requests and probes, thousandths of a CPU. */
  readonly idleMillicores: number;
  readonly memoryBytes: number;
  /** CPUs that its one thread gets on a machine with nothing else to do. */
  readonly threadCpus: number;
  /**
   * CPU that the node itself (kubelet, container runtime) takes to start one container; the sandbox of a pod is one
   * more. Felt where a node has little left. Absent: none.
   */
  readonly containerStartCpuMs?: Scatter;
  /** There and back between a client and a pod, opening a connection included. */
  readonly networkMs: Scatter;
}

/** What a request costs. */
export interface RequestModel {
  /**
   * `asked`: what the sample service is asked for (`?cpuMs=`, else its `WORK_CPU_MS`), and `beyondCpuMs` more;
   * `drawn`: `cpuMs` of a service of its own.
   */
  readonly cpu:
    | { readonly kind: 'asked'; readonly beyondCpuMs: Scatter }
    | { readonly kind: 'drawn'; readonly cpuMs: Scatter };
  /** Time in which it waits for others (a database) and the thread is free. */
  readonly waitMs: Scatter;
  /**
   * How much dearer or cheaper requests are for a while than in the mean, on a node whose caches and clock others
   * use as well: a factor of their CPU, drawn anew every `everyMs`. Absent: always the same.
   */
  readonly drift?: { readonly everyMs: number; readonly factor: Scatter };
}

/**
 * A Fastify service on a core of its own, from a textbook and not from measurements: the report says so.
 * The figures are those of the sample service on an unhurried machine: 0.25 s of CPU until it
 * listens, a millisecond or so for a connection of its own, probes alike.
 */
export const TEXTBOOK_MODEL: ServiceModel = {
  processStartMs: { kind: 'uniform', low: 20, high: 60 },
  bootCpuMs: { kind: 'uniform', low: 230, high: 330 },
  request: {
    cpu: { kind: 'asked', beyondCpuMs: { kind: 'uniform', low: 0.1, high: 0.5 } },
    waitMs: { kind: 'constant', value: 0 },
  },
  probeCpuMs: 0.7,
  idleMillicores: 1,
  memoryBytes: 64 * 1024 ** 2,
  threadCpus: 1,
  containerStartCpuMs: { kind: 'uniform', low: 120, high: 230 },
  networkMs: { kind: 'uniform', low: 0.3, high: 0.9 },
};

/** CPU that the sample service is asked for by a path, ms: `/work?cpuMs=25`; undefined: what it takes by itself. */
export function askedCpuMs(path: string): number | undefined {
  const [route = '', query = ''] = path.split('?', 2);
  if (route !== '/work') return 0;
  const text = new URLSearchParams(query).get('cpuMs');
  return text === null || !Number.isFinite(Number(text)) ? undefined : Number(text);
}
