/** What a run takes from Prometheus: whether it can be asked is known before, what it has is read at the end. */
import { LabError } from '../core/errors.js';
import type { PrometheusQuery } from '../core/prometheus-measures.js';
import type { StringMap } from '../core/objects.js';
import type { Clock } from '../time/clock.js';
import type { Recorder } from '../timeline/recorder.js';
import { PrometheusClient } from './prometheus-client.js';

/** What of which Prometheus. */
export interface PrometheusObserverOptions {
  readonly url: string;
  /** Complete. */
  readonly headers: StringMap;
  readonly stepMs: number;
  readonly queries: readonly PrometheusQuery[];
  readonly clock: Clock;
}

const ACCESS_HINT =
  'prometheus.headers in the experiment: what the server asks for, secrets as $NAME from the environment';

/** Asks for one run. */
export class PrometheusObserver {
  readonly #options: PrometheusObserverOptions;
  readonly #client: PrometheusClient;

  constructor(options: PrometheusObserverOptions) {
    this.#options = options;
    this.#client = new PrometheusClient(options);
  }

  /**
   * Tries each query once, so that what is wrong is known before any load is sent.
   *
   * @throws {LabError} `CLUSTER_FAILED` when it does not answer, or not to us; `EXPERIMENT_INVALID` with every
   *   query that cannot be evaluated.
   */
  async check(): Promise<void> {
    const { url, queries } = this.#options;
    const faults: string[] = [];
    for (const { name, query } of queries) {
      const answer = await this.#client.test(query);
      if (answer.kind === 'answer') continue;
      if (answer.fault === 'query') {
        faults.push(`prometheus query ${name}: ${answer.because}\n    ${query}`);
        continue;
      }
      const expected = `expected a Prometheus at ${url} that answers queries`;
      throw new LabError('CLUSTER_FAILED', `${expected}, got: ${answer.because}`, {
        hint:
          answer.fault === 'access'
            ? ACCESS_HINT
            : 'prometheus.url in the experiment: its address, without /api/v1',
      });
    }
    if (faults.length > 0) throw new LabError('EXPERIMENT_INVALID', faults.join('\n'));
  }

  /**
   * Writes what it has of the time from the recorder's beginning until now: a record for each query, a gap for
   * each that it refused, one gap for all that is left when it does not answer any more. Never throws.
   */
  async collect(recorder: Recorder, signal: AbortSignal): Promise<void> {
    const { clock, stepMs, queries } = this.#options;
    const toMs = clock.now();
    const startMs = toMs - recorder.now();
    for (const { name, query, unit } of queries) {
      const answer = await this.#client.range(query, { fromMs: startMs, toMs, stepMs }, signal);
      if (answer.kind === 'failed') {
        const because = `Prometheus did not answer: ${answer.because}`;
        const isGone = answer.fault !== 'query';
        const source = isGone ? 'prometheus' : `prometheus ${name}`;
        recorder.record({ kind: 'gap', source, fromT: 0, because });
        // the others would wait for it as long, one after the other
        if (isGone) break;
        continue;
      }
      const series = answer.value.map(({ labels, points }) => ({
        labels,
        points: points.map(([atMs, value]) => [Math.round(atMs - startMs), value] as const),
      }));
      recorder.record({ kind: 'prometheus', name, query, unit, stepMs, series });
    }
    const { clockSkewMs } = this.#client;
    if (clockSkewMs === 0) return;
    const text = `the clock of Prometheus is ${Math.abs(clockSkewMs / 1_000).toFixed(1)} s ${clockSkewMs > 0 ? 'ahead of' : 'behind'} this machine's; its series are shifted by that`;
    recorder.record({ kind: 'note', text });
  }
}

const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/**
 * Headers with the variables that they name.
 *
 * @throws {LabError} `EXPERIMENT_INVALID` with every variable that is not set, and every value that is no header.
 */
export function headersFrom(
  headers: StringMap,
  environment: Readonly<Record<string, string | undefined>>,
): StringMap {
  const faults: string[] = [];
  const complete = Object.entries(headers).map(([header, value]) => {
    const filled = value.replaceAll(VARIABLE, (_whole, braced?: string, plain?: string) => {
      const name = braced ?? plain ?? '';
      const found = environment[name]?.trim();
      if (found !== undefined && found !== '') return found;
      faults.push(
        `prometheus.headers.${header}: expected the environment variable ${name} to be set, found nothing`,
      );
      return '';
    });
    if (/[\r\n\0]/.test(filled)) {
      faults.push(`prometheus.headers.${header}: expected a text of one line, found several`);
    }
    return [header, filled] as const;
  });
  if (faults.length > 0) throw new LabError('EXPERIMENT_INVALID', faults.join('\n'));
  return Object.fromEntries(complete);
}
