/** What Prometheus sees of the service. */
import { createRequire } from 'node:module';
import type Prometheus from 'prom-client';

/** prom-client, file by file. */
interface PromClient {
  (file: 'prom-client/lib/counter.js'): typeof Prometheus.Counter;
  (file: 'prom-client/lib/gauge.js'): typeof Prometheus.Gauge;
  (file: 'prom-client/lib/histogram.js'): typeof Prometheus.Histogram;
  (file: 'prom-client/lib/registry.js'): typeof Prometheus.Registry;
}

// The package's entry also loads the push gateway, the cluster module and OpenTelemetry: a fifth of
// the CPU time that the whole service needs to start, and a pod starts under its CPU limit.
const require: PromClient = createRequire(import.meta.url);
const Counter = require('prom-client/lib/counter.js');
const Gauge = require('prom-client/lib/gauge.js');
const Histogram = require('prom-client/lib/histogram.js');
const Registry = require('prom-client/lib/registry.js');

/** Seconds; a request of 20 ms of CPU lies in the middle when pods are busy. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const MICROSECONDS_PER_SECOND = 1_000_000;
const MS_PER_SECOND = 1_000;

/** One answered request. */
export interface AnsweredRequest {
  /** The route's pattern, such as `/work`; a path that no route has is `unmatched`. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/** State that is read at each scrape. */
export interface ObservedState {
  readonly eventLoopLagMs: () => number;
  /** Requests read and not yet answered. */
  readonly inFlight: () => number;
}

/** Counts requests and tells the process's own use when asked. */
export class ServiceMetrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #requests: Prometheus.Counter<'route' | 'status'>;
  readonly #durations: Prometheus.Histogram<'route' | 'status'>;

  constructor(state: ObservedState) {
    const registers = [this.#registry];
    const labelNames = ['route', 'status'] as const;
    this.contentType = this.#registry.contentType;
    this.#requests = new Counter({
      name: 'http_requests_total',
      help: 'Requests answered.',
      labelNames,
      registers,
    });
    this.#durations = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from reading a request to the end of its answer; waiting for the event loop is not in it.',
      labelNames,
      buckets: DURATION_BUCKETS,
      registers,
    });
    for (const metric of stateMetrics(state)) this.#registry.registerMetric(metric);
  }

  /** Counts an answered request. */
  answered({ route, status, durationMs }: AnsweredRequest): void {
    const labels = { route, status };
    this.#requests.inc(labels);
    this.#durations.observe(labels, durationMs / MS_PER_SECOND);
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Names and units are those of Prometheus' client libraries, so that common dashboards work. */
function stateMetrics({ eventLoopLagMs, inFlight }: ObservedState): readonly Prometheus.Metric[] {
  const startTime = new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since the Unix epoch.',
    registers: [],
  });
  startTime.set(performance.timeOrigin / MS_PER_SECOND);
  return [
    startTime,
    new Gauge({
      name: 'http_requests_in_flight',
      help: 'Requests read and not yet answered.',
      registers: [],
      collect() {
        this.set(inFlight());
      },
    }),
    new Counter({
      name: 'process_cpu_seconds_total',
      help: 'CPU time of the process, user and system, in seconds of a real core.',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / MICROSECONDS_PER_SECOND);
      },
    }),
    new Gauge({
      name: 'process_resident_memory_bytes',
      help: 'Resident memory of the process.',
      registers: [],
      collect() {
        this.set(process.memoryUsage.rss());
      },
    }),
    new Gauge({
      name: 'nodejs_eventloop_lag_seconds',
      help: 'Largest delay of the event loop in the last second.',
      registers: [],
      collect() {
        this.set(eventLoopLagMs() / MS_PER_SECOND);
      },
    }),
  ];
}
