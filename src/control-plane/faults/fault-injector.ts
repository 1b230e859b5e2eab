/** Makes planned faults happen on a cluster of this process, embedded or simulated. */
import type { PlannedFault, TimedFault } from '../../core/planned-fault.js';
import type { Clock } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import { NODE_FAULT_ANNOTATION } from '../kubelet/node-kubelets.js';
import type { PodRuntime } from '../pod-runtime.js';
import { NODES } from '../resources.js';
import { faultyRuntime, type LiveContainer } from './faulty-runtime.js';
import { type ChangingMetrics, HeldBackMetrics } from './held-back-metrics.js';

/** What an injector is made from. */
export interface FaultInjectorOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  /** All that will be asked for. */
  readonly planned: readonly PlannedFault[];
}

/** Ends a fault. */
export type EndFault = () => void;

/** The parts that fail are made through it; then faults begin and end as they are told to. */
export class FaultInjector {
  readonly #options: FaultInjectorOptions;
  readonly #live = new Set<LiveContainer>();
  readonly #unready = new Set<string>();
  #slowStartMs = 0;
  #isMetricsOut = false;
  #held: HeldBackMetrics | undefined;

  constructor(options: FaultInjectorOptions) {
    this.#options = options;
  }

  /** Whether metrics-server can reach nodes at all. */
  get isMetricsOut(): boolean {
    return this.#isMetricsOut;
  }

  /** The same runtime, whose containers may fail. */
  runtime(runtime: PodRuntime): PodRuntime {
    // nothing stands between where nothing is planned
    if (this.#options.planned.length === 0) return runtime;
    const faults = {
      live: this.#live,
      unready: this.#unready,
      slowStartMs: () => this.#slowStartMs,
    };
    return faultyRuntime(runtime, { faults, clock: this.#options.clock });
  }

  /** The same metrics, which may be told late. */
  metrics(metrics: ChangingMetrics): ChangingMetrics {
    const lags = this.#options.planned.flatMap((fault) =>
      fault.what === 'metrics-lag' ? [fault.byMs] : [],
    );
    if (lags.length === 0) return metrics;
    const { clock } = this.#options;
    this.#held = new HeldBackMetrics(metrics, { clock, keepMs: Math.max(...lags) });
    return this.#held;
  }

  /**
   * Begins a fault.
   *
   * @param namespace - whose pods are meant.
   * @returns what was hit, in words, and what ends it.
   */
  begin(
    fault: TimedFault,
    namespace: string,
  ): { readonly hit: string; readonly end: EndFault | undefined } {
    switch (fault.what) {
      case 'crash':
        return { hit: this.#crash(fault.pods, namespace), end: undefined };
      case 'unready':
        return this.#makeUnready(fault.pods, namespace);
      case 'slow-start':
        this.#slowStartMs += fault.byMs;
        return {
          hit: `containers start ${fault.byMs / 1_000} s slower`,
          end: () => (this.#slowStartMs -= fault.byMs),
        };
      case 'node-off':
        return this.#failNode(fault.node, 'off');
      case 'node-cut-off':
        return this.#failNode(fault.node, 'cut-off');
      case 'metrics-outage':
        this.#isMetricsOut = true;
        return { hit: 'metrics-server reaches no node', end: () => (this.#isMetricsOut = false) };
      case 'metrics-lag':
        this.#held?.hold(fault.byMs);
        return {
          hit: `metrics are told ${fault.byMs / 1_000} s late`,
          end: () => this.#held?.hold(0),
        };
      default:
        return fault satisfies never;
    }
  }

  #oldest(namespace: string): readonly LiveContainer[] {
    return [...this.#live].filter(({ pod }) => pod.metadata.namespace === namespace);
  }

  #crash(count: number, namespace: string): string {
    const hit = this.#oldest(namespace).slice(0, count);
    for (const { running } of hit) running.signal('SIGKILL');
    return hitText(hit.map(({ pod }) => pod.metadata.name));
  }

  #makeUnready(count: number, namespace: string): { readonly hit: string; readonly end: EndFault } {
    const pods = new Map(
      this.#oldest(namespace).map(({ pod }) => [pod.metadata.uid ?? '', pod.metadata.name]),
    );
    const hit = [...pods].slice(0, count);
    for (const [uid] of hit) this.#unready.add(uid);
    return {
      hit: hitText(hit.map(([, name]) => name)),
      end: () => {
        for (const [uid] of hit) this.#unready.delete(uid);
      },
    };
  }

  #failNode(
    name: string,
    fault: 'off' | 'cut-off',
  ): { readonly hit: string; readonly end: EndFault | undefined } {
    if (!this.#annotate(name, fault)) return { hit: `there is no node ${name}`, end: undefined };
    return { hit: name, end: () => this.#annotate(name, undefined) };
  }

  #annotate(name: string, value: string | undefined): boolean {
    const { api } = this.#options;
    const node = api.get(NODES, { namespace: '', name });
    if (node === undefined) return false;
    const { [NODE_FAULT_ANNOTATION]: _, ...rest } = node.metadata.annotations ?? {};
    const annotations = value === undefined ? rest : { ...rest, [NODE_FAULT_ANNOTATION]: value };
    api.update(NODES, { ...node, metadata: { ...node.metadata, annotations } });
    return true;
  }
}

function hitText(names: readonly string[]): string {
  return names.length === 0 ? 'no pod: none is running' : names.join(', ');
}
