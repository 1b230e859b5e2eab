/** Asks a Prometheus, or what speaks its HTTP API, over a range of time. */
import type { PrometheusDriver } from 'prometheus-query';
import { fieldOf, isRecord } from '../core/json.js';
import type { StringMap } from '../core/objects.js';
import type { Clock, EpochMs } from '../time/clock.js';

/** Which Prometheus, and how it is asked. */
export interface PrometheusClientOptions {
  /** Without `/api/v1`. */
  readonly url: string;
  /** Sent with each request, complete. */
  readonly headers: StringMap;
  readonly clock: Clock;
  /** Of one request; absent: 30 s. */
  readonly timeoutMs?: number;
}

/** One series; points in order of time, ms since the epoch on our clock. What is no number is left out. */
export interface RangeSeries {
  readonly labels: StringMap;
  readonly points: readonly (readonly [atMs: EpochMs, value: number])[];
}

/** What came of a question. */
export type PrometheusAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | {
      readonly kind: 'failed';
      readonly because: string;
      /** `query`: it cannot be evaluated; `access`: not with these headers; else it may work later. */
      readonly fault: 'query' | 'access' | 'unreachable';
    };

/** Instants of a question, ms since the epoch on our clock. */
export interface Range {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly stepMs: number;
}

const TIMEOUT_MS = 30_000;
/**
 * Values of a series in one request.
 *
 * @see Source: prometheus `web/api/v1/api.go`, `queryRange`: more than 11,000 are refused.
 */
const MAX_POINTS = 10_000;
const ATTEMPTS = 3;
const RETRY_MS = 1_000;
/** `Date` headers are of whole seconds: smaller differences of clocks are not seen. */
const CLOCK_NOISE_MS = 2_000;
const HALF_SECOND_MS = 500;

/** A client for one Prometheus. It holds nothing open. */
export class PrometheusClient {
  readonly #options: PrometheusClientOptions;
  #driver: PrometheusDriver | undefined;
  #status: number | undefined;
  #clockSkewMs = 0;

  constructor(options: PrometheusClientOptions) {
    this.#options = options;
  }

  /**
   * How far its clock is ahead of ours by its newest answer, ms; 0 while they differ by less than can be seen
   * (2 s). Instants of answers are corrected by it.
   */
  get clockSkewMs(): number {
    return this.#clockSkewMs;
  }

  /** Whether a query can be evaluated, and how many series it has now. Asked once, without retries. */
  async test(query: string): Promise<PrometheusAnswer<number>> {
    return this.#ask(async (driver) => {
      const { result } = await driver.instantQuery(query, this.#theirs(this.#options.clock.now()));
      return result.length;
    });
  }

  /** Every series of a query over a range. What may pass (no answer, 5xx, 429) is tried again, three times in all. */
  async range(
    query: string,
    range: Range,
    signal: AbortSignal,
  ): Promise<PrometheusAnswer<readonly RangeSeries[]>> {
    const all = new Map<string, { labels: StringMap; points: (readonly [number, number])[] }>();
    for (const { fromMs, toMs } of pieces(range)) {
      const answer = await this.#retried(query, { ...range, fromMs, toMs }, signal);
      if (answer.kind === 'failed') return answer;
      for (const { labels, points } of answer.value) {
        const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
        const series = all.get(key) ?? { labels, points: [] };
        all.set(key, series);
        for (const point of points) series.points.push(point);
      }
    }
    return { kind: 'answer', value: [...all.values()] };
  }

  async #retried(
    query: string,
    { fromMs, toMs, stepMs }: Range,
    signal: AbortSignal,
  ): Promise<PrometheusAnswer<readonly RangeSeries[]>> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#ask(async (driver) => {
        const { result } = await driver.rangeQuery(
          query,
          this.#theirs(fromMs),
          this.#theirs(toMs),
          stepMs / 1_000,
        );
        return result.flatMap((each: unknown) => seriesOf(each, this.#clockSkewMs));
      });
      const isPassing = answer.kind === 'failed' && answer.fault === 'unreachable';
      if (!isPassing || attempt === ATTEMPTS) return answer;
      try {
        await this.#options.clock.sleep(attempt * RETRY_MS, signal);
      } catch {
        return answer; // the signal aborted: the only reason a sleep rejects
      }
    }
  }

  #theirs(atMs: EpochMs): EpochMs {
    return atMs + this.#clockSkewMs;
  }

  async #ask<T>(question: (driver: PrometheusDriver) => Promise<T>): Promise<PrometheusAnswer<T>> {
    this.#status = undefined;
    try {
      this.#driver ??= await this.#open();
      return { kind: 'answer', value: await question(this.#driver) };
    } catch (error) {
      return failureOf(error, this.#status);
    }
  }

  /** Loaded when it is needed: most runs ask no Prometheus. */
  async #open(): Promise<PrometheusDriver> {
    const { PrometheusDriver: Driver } = await import('prometheus-query');
    const { url, headers, clock, timeoutMs = TIMEOUT_MS } = this.#options;
    return new Driver({
      endpoint: url,
      headers: { ...headers },
      timeout: timeoutMs,
      responseInterceptor: {
        onFulfilled: (response) => {
          this.#sawDate(response.headers['date'], clock.now());
          return response;
        },
        onRejected: (error: unknown) => {
          const status = fieldOf(fieldOf(error, 'response'), 'status');
          if (typeof status === 'number') this.#status = status;
          throw error;
        },
      },
    });
  }

  #sawDate(date: unknown, nowMs: EpochMs): void {
    const theirsMs = typeof date === 'string' ? Date.parse(date) + HALF_SECOND_MS : Number.NaN;
    if (Number.isNaN(theirsMs)) return;
    const skewMs = theirsMs - nowMs;
    this.#clockSkewMs = Math.abs(skewMs) < CLOCK_NOISE_MS ? 0 : Math.round(skewMs);
  }
}

/** Parts of a range that are each short enough for one request; instants stay on one raster. */
function pieces({ fromMs, toMs, stepMs }: Range): readonly Pick<Range, 'fromMs' | 'toMs'>[] {
  const spanMs = MAX_POINTS * stepMs;
  const count = Math.max(1, Math.ceil((toMs - fromMs + stepMs) / spanMs));
  return Array.from({ length: count }, (_, index) => ({
    fromMs: fromMs + index * spanMs,
    toMs: Math.min(toMs, fromMs + (index + 1) * spanMs - stepMs),
  }));
}

function seriesOf(vector: unknown, skewMs: number): readonly RangeSeries[] {
  const metric = fieldOf(vector, 'metric');
  const values = fieldOf(vector, 'values');
  if (!Array.isArray(values)) return [];
  const points = values.flatMap((sample: unknown): (readonly [number, number])[] => {
    const time = fieldOf(sample, 'time');
    const value = fieldOf(sample, 'value');
    if (!(time instanceof Date) || typeof value !== 'number' || !Number.isFinite(value)) return [];
    return [[time.getTime() - skewMs, value]];
  });
  return [{ labels: labelsOf(metric), points }];
}

function labelsOf(metric: unknown): StringMap {
  const labels = fieldOf(metric, 'labels');
  const name = fieldOf(metric, 'name');
  const texts = Object.entries(isRecord(labels) ? labels : {}).flatMap(([label, value]) =>
    typeof value === 'string' ? [[label, value] as const] : [],
  );
  return Object.fromEntries([
    ...(typeof name === 'string' && name !== '' ? [['__name__', name] as const] : []),
    ...texts,
  ]);
}

/** What the client says of an answer that it cannot read. */
const UNKNOWN = /^unexpected (?:client|network) error$/;

/** @param seen - HTTP status of the answer; undefined: there was none. */
function failureOf(error: unknown, seen: number | undefined): PrometheusAnswer<never> {
  const told = fieldOf(error, 'error') ?? fieldOf(error, 'message');
  const status = seen ?? fieldOf(error, 'httpStatus');
  const words = typeof told === 'string' && !UNKNOWN.test(told) ? told : undefined;
  if (typeof status !== 'number') {
    const because = words ?? 'it answered with something other than JSON of Prometheus';
    return {
      kind: 'failed',
      because: because === '' ? 'the connection failed' : because,
      fault: 'unreachable',
    };
  }
  const because = words === undefined ? `status ${status}` : `status ${status}: ${words}`;
  if (status === 400 || status === 422) return { kind: 'failed', because, fault: 'query' };
  const isRefused = status < 500 && status !== 429;
  return { kind: 'failed', because, fault: isRefused ? 'access' : 'unreachable' };
}
