/**
 * Sends a run's metrics to an OpenTelemetry collector as OTLP over HTTP in JSON. Written by hand: the
 * packages of OpenTelemetry take 27 MB and Node 22, and tell nobody when nothing was delivered.
 */
import { LabError } from '../core/errors.js';
import { fieldOf } from '../core/json.js';
import type { StringMap } from '../core/objects.js';
import type { Cancel, Clock, EpochMs } from '../time/clock.js';
import type { Recorder } from '../timeline/recorder.js';
import { otlpRequest } from './otlp-request.js';
import type { RunMetrics } from './run-metrics.js';

/** Where metrics go. */
export interface OtlpExportOptions {
  /** As it was given: `/v1/metrics` is appended unless it ends with it. */
  readonly url: string;
  readonly headers: StringMap;
  readonly metrics: RunMetrics;
  readonly clock: Clock;
  /** Of the resource: run, experiment. */
  readonly attributes: StringMap;
  /** Told when an export is not accepted after one that was. */
  readonly onFailure: (text: string) => void;
}

const PERIOD_MS = 10_000;
const TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;
const RETRY_MS = 1_000;
const MAX_SHOWN = 200;
const METRICS_PATH = '/v1/metrics';

/** Exports every 10 s, and once more at the end. Values are cumulative: what one export misses the next one has. */
export class OtlpExport {
  readonly #options: OtlpExportOptions;
  readonly #endpoint: string;
  readonly #startMs: EpochMs;
  #cancel: Cancel | undefined;
  #delivered = 0;
  #lastFailure: string | undefined;

  constructor(options: OtlpExportOptions) {
    this.#options = options;
    this.#endpoint = endpointOf(options.url);
    this.#startMs = options.clock.now();
  }

  /**
   * Sends the first export and goes on every 10 s.
   *
   * @throws {LabError} `CLUSTER_FAILED` when it is not accepted: a run that nobody hears of had better not begin.
   */
  async begin(): Promise<void> {
    const failure = await this.#send();
    if (failure !== undefined) {
      throw new LabError(
        'CLUSTER_FAILED',
        `--otlp: expected a collector at ${this.#endpoint} that accepts metrics, got: ${failure}`,
        { hint: 'its address with the port of OTLP over HTTP, such as http://127.0.0.1:4318' },
      );
    }
    this.#arm();
  }

  /** Sends the last export, three times at most; writes to the timeline whether all was accepted. Never throws. */
  async end(recorder: Recorder, signal: AbortSignal): Promise<void> {
    this.#cancel?.();
    let failure = await this.#send();
    for (
      let attempt = 1;
      failure !== undefined && attempt < ATTEMPTS && !signal.aborted;
      attempt++
    ) {
      await this.#options.clock.sleep(attempt * RETRY_MS, signal).catch(() => undefined);
      failure = await this.#send();
    }
    if (failure === undefined) return;
    const text = `OTLP: the last metrics did not arrive at ${this.#endpoint}: ${failure}; ${this.#delivered} exports before were accepted`;
    recorder.record({ kind: 'note', text });
    this.#options.onFailure(text);
  }

  #arm(): void {
    this.#cancel = this.#options.clock.after(PERIOD_MS, () => {
      void this.#send().then((failure) => {
        if (failure !== undefined && this.#lastFailure === undefined) {
          this.#options.onFailure(
            `OTLP: an export was not accepted, the next ones go on: ${failure}`,
          );
        }
        this.#lastFailure = failure;
        if (this.#cancel !== undefined) this.#arm();
        return undefined;
      });
    });
  }

  /** Why it was not accepted; undefined when it was, all of it. */
  async #send(): Promise<string | undefined> {
    const { metrics, clock, attributes, headers } = this.#options;
    const body = otlpRequest(metrics, { attributes, startMs: this.#startMs, nowMs: clock.now() });
    try {
      const answer = await fetch(this.#endpoint, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await answer.text();
      if (!answer.ok) return `status ${answer.status}: ${text.slice(0, MAX_SHOWN)}`;
      const refused = refusedPart(text);
      if (refused === undefined) this.#delivered++;
      return refused;
    } catch (error) {
      return reasonOf(error);
    }
  }
}

/**
 * What a collector that answers 200 says it did not take; undefined when it took all.
 *
 * @see Source: opentelemetry-proto `collector/metrics/v1/metrics_service.proto`, `ExportMetricsPartialSuccess`.
 */
function refusedPart(text: string): string | undefined {
  const partial = fieldOf(parsed(text), 'partialSuccess');
  const rejected = Number(fieldOf(partial, 'rejectedDataPoints') ?? 0);
  if (rejected === 0) return undefined;
  const told = fieldOf(partial, 'errorMessage');
  return `${rejected} values were rejected: ${typeof told === 'string' ? told : 'no reason given'}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an empty or other body of an answer 200 says nothing of a refusal
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

/** @see Source: opentelemetry-specification `specification/protocol/exporter.md`, endpoint URLs for OTLP/HTTP. */
function endpointOf(url: string): string {
  const plain = url.replace(/\/+$/, '');
  return plain.endsWith(METRICS_PATH) ? plain : `${plain}${METRICS_PATH}`;
}
