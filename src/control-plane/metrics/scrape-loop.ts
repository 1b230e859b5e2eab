/** Asks every running pod for its metrics, again and again, as Prometheus does. */
import type { Pod } from '../../core/objects.js';
import type { PodMetricsSettings } from '../../core/pod-metric-rules.js';
import type { Random } from '../../core/random.js';
import type { Cancel, Clock } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import { realPort } from '../mapped-ports.js';
import { PODS } from '../resources.js';
import { parseMetricsText } from './prometheus-text.js';
import type { ScrapedSeries } from './scraped-series.js';

/** Where a pod tells its metrics. */
export interface ScrapeTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly timeoutMs: number;
}

/** The text of `/metrics`, or why there is none. */
export type ScrapeResult =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly because: string };

/** Asks once; `done` is called once, later, and not after a cancel. */
export type Scrape = (target: ScrapeTarget, done: (result: ScrapeResult) => void) => Cancel;

/** How a loop is made. */
export interface ScrapeLoopOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: PodMetricsSettings;
  readonly series: ScrapedSeries;
  readonly scrape: Scrape;
  /** Told when a pod's scrapes begin to fail. */
  readonly onFailure: (text: string) => void;
  /** Whether pods of a node can be asked now; absent: always. */
  readonly isReachable?: (nodeName: string) => boolean;
}

/** Prometheus' default, and never longer than the period. */
const MAX_TIMEOUT_MS = 10_000;
const SCRAPE = 'prometheus.io/scrape';
const PORT = 'prometheus.io/port';
const PATH = 'prometheus.io/path';

interface Scraped {
  cancel: Cancel;
  isFailing: boolean;
}

/** Scrapes pods while they run, each at a phase of its own, from `start` to `stop`. */
export class ScrapeLoop {
  readonly #options: ScrapeLoopOptions;
  readonly #random: Random;
  readonly #pods = new Map<string, Scraped>();
  #cancelWatch: Cancel | undefined;

  constructor(options: ScrapeLoopOptions) {
    this.#options = options;
    this.#random = options.random.child('scrape-phases');
  }

  /** Begins with the pods that are there. */
  start(): void {
    const { api } = this.#options;
    const { items, resourceVersion } = api.list(PODS);
    for (const pod of items) this.#follow(pod);
    this.#cancelWatch = api.watch(
      PODS,
      ({ type, object }) => {
        if (type === 'DELETED') this.#end(object.metadata.uid ?? '');
        else this.#follow(object);
      },
      { sinceVersion: resourceVersion },
    );
  }

  /** Ends every scrape. */
  stop(): void {
    this.#cancelWatch?.();
    for (const { cancel } of this.#pods.values()) cancel();
    this.#pods.clear();
  }

  #follow(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const isRunning = pod.status?.phase === 'Running' && pod.status.podIP !== undefined;
    if (!isRunning) {
      this.#end(uid);
      return;
    }
    if (this.#pods.has(uid) || pod.metadata.annotations?.[SCRAPE] === 'false') return;
    const { clock, settings } = this.#options;
    const phaseMs = this.#random.next() * settings.scrapePeriodMs;
    const scraped: Scraped = { isFailing: false, cancel: () => undefined };
    this.#pods.set(uid, scraped);
    const key = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name };
    scraped.cancel = clock.after(phaseMs, () => this.#scrape(uid, key, scraped));
  }

  #end(uid: string): void {
    this.#pods.get(uid)?.cancel();
    this.#pods.delete(uid);
    this.#options.series.forget(uid);
  }

  #scrape(
    uid: string,
    key: { readonly namespace: string; readonly name: string },
    scraped: Scraped,
  ): void {
    const { api, clock, settings, isReachable = () => true } = this.#options;
    const pod = api.get(PODS, key);
    const scrape = isReachable(pod?.spec.nodeName ?? '')
      ? this.#options.scrape
      : unreachable(clock);
    const target = pod === undefined ? undefined : scrapeTarget(pod, settings);
    let cancelAsking: Cancel | undefined;
    const cancelAgain = clock.after(settings.scrapePeriodMs, () => {
      cancelAsking?.();
      this.#scrape(uid, key, scraped);
    });
    scraped.cancel = () => {
      cancelAgain();
      cancelAsking?.();
    };
    if (target === undefined) return;
    const atMs = clock.now();
    cancelAsking = scrape(target, (result) => {
      const place = `http://${target.host}:${target.port}${target.path}`;
      const because = this.#take(uid, result, atMs);
      if (because !== undefined && !scraped.isFailing) {
        this.#options.onFailure(
          `no metrics of pod ${key.namespace}/${key.name}: ${place}: ${because}`,
        );
      }
      scraped.isFailing = because !== undefined;
    });
  }

  /** Takes in an answer; why it is none, or undefined. */
  #take(uid: string, result: ScrapeResult, atMs: number): string | undefined {
    const { series } = this.#options;
    if (result.kind === 'failed') {
      series.store(uid, undefined, atMs);
      return result.because;
    }
    const parsed = parseMetricsText(result.text);
    if (parsed.kind === 'samples') {
      series.store(uid, parsed.samples, atMs);
      return undefined;
    }
    series.store(uid, undefined, atMs);
    return `line ${parsed.line}: ${parsed.because}`;
  }
}

function unreachable(clock: Clock): Scrape {
  return (_target, done) =>
    clock.after(0, () => done({ kind: 'failed', because: 'connect: no route to host' }));
}

/** Where a pod is asked: as its annotations say, else the settings; undefined without a port. */
export function scrapeTarget(pod: Pod, settings: PodMetricsSettings): ScrapeTarget | undefined {
  const annotations = pod.metadata.annotations ?? {};
  const host = pod.status?.podIP;
  const wanted = annotations[PORT] ?? settings.port;
  const port = portOf(pod, wanted);
  if (host === undefined || port === undefined) return undefined;
  return {
    host,
    port: realPort(pod, port),
    path: annotations[PATH] ?? settings.path,
    timeoutMs: Math.min(MAX_TIMEOUT_MS, settings.scrapePeriodMs),
  };
}

function portOf(pod: Pod, wanted: number | string | undefined): number | undefined {
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  if (wanted === undefined) return ports[0]?.containerPort;
  const named = ports.find(({ name }) => name === String(wanted));
  if (named !== undefined) return named.containerPort;
  const port = Number(wanted);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}
