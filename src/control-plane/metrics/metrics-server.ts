/** The metrics-server: samples containers, scrapes them once a resolution, answers `metrics.k8s.io`. */
import { goDuration } from '../../core/go-duration.js';
import { kubeTime } from '../../core/kube-time.js';
import type { NodeMetrics, PodMetrics } from '../../core/metrics-objects.js';
import type { Pod, ResourceList } from '../../core/objects.js';
import { formatQuantity } from '../../core/quantity.js';
import type { Random } from '../../core/random.js';
import type { Cancel, Clock, EpochMs } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import type { MetricsSource } from '../metrics-source.js';
import type { ContainerUsage, UsageSource } from '../pod-runtime.js';
import { NODES, PODS } from '../resources.js';
import { DEFAULT_HOUSEKEEPING, Housekeeping } from './housekeeping.js';
import type { HousekeepingSettings } from './housekeeping.js';
import { MetricsWindow } from './metrics-window.js';
import type { PodRates } from './metrics-window.js';
import { NodeUse } from './node-use.js';

/** How a metrics-server is made. */
export interface MetricsServerOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly usage: UsageSource;
  /** Between two scrapes; metrics-server's default is 15 s. */
  readonly resolutionMs: number;
  /**
   * How containers are sampled between scrapes. Absent: as a real node does. `at-scrape` reads the
   * counters at each scrape, which is simpler to reason about and up to 20 s fresher than reality.
   */
  readonly housekeeping?: HousekeepingSettings | 'at-scrape';
  /** Whether a node can be asked now: of one that cannot, and of its pods, nothing is known. Absent: all can. */
  readonly isReachable?: (nodeName: string) => boolean;
  /** Where nobody asks for the use of nodes, there is none, and containers are read only when it is time to. */
  readonly hasNodeMetrics?: boolean;
}

/** How often it is looked whether a container is due; samples are that coarse. */
const HOUSEKEEPING_TICK_MS = 1_000;
const NANO = 1_000_000_000n;

/** Loops on the clock from `start` to `stop`. */
export class MetricsServer implements MetricsSource {
  readonly #options: MetricsServerOptions;
  readonly #window: MetricsWindow;
  readonly #housekeeping: Housekeeping;
  readonly #nodes = new NodeUse();
  readonly #phaseMs: number;
  #cancelTick: Cancel | undefined;
  #cancelScrape: Cancel | undefined;
  readonly #listeners = new Set<() => void>();
  #nodesOfPods: { readonly pods: readonly Pod[]; readonly nodeOf: NodeOf } | undefined;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
    const { housekeeping = DEFAULT_HOUSEKEEPING, random, resolutionMs } = options;
    const settings = housekeeping === 'at-scrape' ? { intervalMs: 0, jitterMs: 0 } : housekeeping;
    this.#window = new MetricsWindow(resolutionMs);
    this.#housekeeping = new Housekeeping(settings, random.child('housekeeping'));
    this.#phaseMs = random.child('scrape-phase').next() * resolutionMs;
  }

  /** When the first scrape is, ms after `start`; in [0, resolution), from the seed. */
  get phaseMs(): number {
    return this.#phaseMs;
  }

  /** Begins to sample and to scrape. */
  start(): void {
    const { clock, housekeeping } = this.#options;
    const startMs = clock.now();
    if (housekeeping !== 'at-scrape') this.#tick();
    this.#armScrape(startMs + this.#phaseMs);
  }

  /** Ends both loops. */
  stop(): void {
    this.#cancelTick?.();
    this.#cancelScrape?.();
  }

  /** Calls `listener` after each scrape: rates change then, and only then. */
  onChange(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  podMetrics(namespace: string): readonly PodMetrics[] {
    const { api, clock } = this.#options;
    const selection = namespace === '' ? {} : { namespace };
    return api.list(PODS, selection).items.flatMap((pod) => {
      // metrics-server only knows pods in this phase.
      if (pod.status?.phase !== 'Running') return [];
      const rates = this.#window.ratesOf(pod.metadata.uid ?? '');
      return rates === undefined ? [] : [podMetrics(pod, rates, clock.now())];
    });
  }

  nodeMetrics(): readonly NodeMetrics[] {
    const { api, clock } = this.#options;
    return api.list(NODES).items.flatMap((node): readonly NodeMetrics[] => {
      const rate = this.#nodes.rateOf(node.metadata.name);
      if (rate === undefined) return [];
      const { name, labels } = node.metadata;
      return [
        {
          apiVersion: 'metrics.k8s.io/v1beta1',
          kind: 'NodeMetrics',
          metadata: {
            name,
            creationTimestamp: kubeTime(clock.now()),
            ...(labels === undefined ? {} : { labels }),
          },
          timestamp: kubeTime(rate.atMs),
          window: goDuration(rate.windowMs),
          usage: usageOf(rate),
        },
      ];
    });
  }

  #tick(): void {
    this.#observe();
    this.#cancelTick = this.#options.clock.after(HOUSEKEEPING_TICK_MS, () => this.#tick());
  }

  #armScrape(dueMs: EpochMs): void {
    const { clock, resolutionMs } = this.#options;
    this.#cancelScrape = clock.after(dueMs - clock.now(), () => {
      this.#scrape();
      this.#armScrape(dueMs + resolutionMs);
    });
  }

  #scrape(): void {
    const { api, clock, housekeeping, isReachable = () => true } = this.#options;
    if (housekeeping === 'at-scrape') this.#observe();
    const nodeOf = this.#nodeOf();
    const isHeard = ([podUid]: readonly [podUid: string, ...unknown[]]): boolean => {
      const node = nodeOf(podUid);
      return node === undefined || isReachable(node);
    };
    this.#window.store(new Map([...this.#housekeeping.points()].filter(isHeard)));
    if (this.#options.hasNodeMetrics !== false) {
      const nodes = api.list(NODES).items.map((node) => node.metadata.name);
      this.#nodes.scrape(nodes.filter(isReachable), nodeOf, clock.now());
    }
    for (const listener of this.#listeners) listener();
  }

  #observe(): void {
    const nowMs = this.#options.clock.now();
    const { usage, hasNodeMetrics = true } = this.#options;
    const containers = hasNodeMetrics ? undefined : usage.readable?.();
    if (containers !== undefined) {
      this.#housekeeping.observeDue(containers, nowMs);
      return;
    }
    const readings: readonly ContainerUsage[] = usage.readUsage(nowMs);
    this.#housekeeping.observe(readings, nowMs);
    this.#nodes.observe(readings, this.#nodeOf());
  }

  /** Made anew when there is another list: the store gives the same one as long as no pod changes. */
  #nodeOf(): NodeOf {
    const pods = this.#options.api.list(PODS).items;
    if (this.#nodesOfPods?.pods !== pods) {
      const nodes = new Map<string, string>();
      for (const { metadata, spec } of pods) {
        if (spec.nodeName !== undefined) nodes.set(metadata.uid ?? '', spec.nodeName);
      }
      this.#nodesOfPods = { pods, nodeOf: (podUid) => nodes.get(podUid) };
    }
    return this.#nodesOfPods.nodeOf;
  }
}

type NodeOf = (podUid: string) => string | undefined;

function podMetrics(pod: Pod, rates: PodRates, nowMs: EpochMs): PodMetrics {
  const { name, namespace, labels } = pod.metadata;
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: {
      name,
      creationTimestamp: kubeTime(nowMs),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
    },
    timestamp: kubeTime(rates.atMs),
    window: goDuration(rates.windowMs),
    containers: rates.containers.map((rate) => ({ name: rate.name, usage: usageOf(rate) })),
  };
}

/**
 * CPU to the billionth of a core, cut, and memory in whole bytes: `343797n`, `8148Ki`.
 *
 * @see Source: metrics-server 0.8 `pkg/storage/types.go`, `resourceUsage`, `uint64Quantity`.
 */
function usageOf(rate: {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}): ResourceList {
  const nanocores = BigInt(Math.floor(rate.cpuMillicores * 1_000_000));
  return {
    cpu: formatQuantity({ nano: nanocores, format: 'DecimalSI' }),
    memory: formatQuantity({
      nano: BigInt(Math.floor(rate.memoryBytes)) * NANO,
      format: 'BinarySI',
    }),
  };
}
