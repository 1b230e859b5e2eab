/** CPU use from the answer to a Prometheus range query. */
import { z } from 'zod';
import { fieldOf, valueAt } from '../../core/json.js';
import { knownInstant } from '../../load/replay/csv-cells.js';
import { type JsonFault, parseJsonText, placedInJson } from '../../load/replay/json-text.js';
import { type PlacedSample, recordedSeries, type UsageRecording } from './usage-recording.js';

const rangeAnswer = z.object({
  status: z.literal('success', 'status "success": the answer of a query that worked'),
  data: z.object(
    {
      resultType: z.literal('matrix', 'resultType "matrix": the answer of a range query'),
      result: z.array(
        z.object({
          metric: z.record(z.string(), z.string('a label as text'), 'metric: labels of the series'),
          values: z.array(
            z.tuple([z.number('a time in seconds'), z.string('a value as text')]),
            'values: a list of [time, "value"]',
          ),
        }),
        'a list of series',
      ),
    },
    'data with the result of a range query',
  ),
});

const MAX_SHOWN = 60;

type Series = z.output<typeof rangeAnswer>['data']['result'][number];

/**
 * Series of a range query's JSON (`/api/v1/query_range`), such as one of
 * `sum by (pod) (rate(container_cpu_usage_seconds_total[1m]))`. Series of one pod (of its containers)
 * are added up, without what tells of the pod as a whole beside them; `NaN` is no sample.
 *
 * @param isPerPod - whether each series must have a label `pod` (or `pod_name`); else one series is all.
 * @see Source: prometheus `docs/querying/api.md`, range vectors: `[unix_time, "value"]`.
 */
export function recordedUsagePrometheus(text: string, isPerPod: boolean): UsageRecording {
  const json = parseJsonText(text);
  if (json.kind === 'fault') return recordedSeries([], [json.fault]);
  const answer = rangeAnswer.safeParse(json.value);
  if (!answer.success) {
    const faults = answer.error.issues.map(({ path: steps, message }) => {
      const path = steps.filter((step) => typeof step !== 'symbol');
      return { path, expected: message, found: shown(valueAt(json.value, path)) };
    });
    return recordedSeries([], placedInJson(text, [...queryFaults(json.value), ...faults]));
  }
  const all = answer.data.data.result;
  const faults = [...labelFaults(all, isPerPod), ...all.flatMap(valueFaults)];
  if (faults.length > 0) return recordedSeries([], placedInJson(text, faults));
  return recordedSeries(added(all, isPerPod), []);
}

/** What Prometheus says of a query that did not work. */
function queryFaults(answer: unknown): readonly JsonFault[] {
  const error = fieldOf(answer, 'error');
  if (typeof error !== 'string') return [];
  return [{ path: ['error'], expected: 'the answer of a query that worked', found: error }];
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, MAX_SHOWN);
}

function podOf({ metric }: Series): string | undefined {
  return metric['pod'] ?? metric['pod_name'];
}

function labelFaults(all: readonly Series[], isPerPod: boolean): readonly JsonFault[] {
  if (!isPerPod) {
    const expected = 'one series for all pods together';
    const path = ['data', 'result'];
    return all.length > 1 ? [{ path, expected, found: String(all.length) }] : [];
  }
  return all.flatMap((series, index): readonly JsonFault[] => {
    if (podOf(series) !== undefined) return [];
    const names = Object.keys(series.metric).join(', ');
    const found = names === '' ? 'no label at all' : `only ${names}`;
    const path = ['data', 'result', index, 'metric'];
    return [{ path, expected: 'a label "pod" (sum by (pod) keeps it)', found }];
  });
}

function valueFaults({ values }: Series, series: number): readonly JsonFault[] {
  return values.flatMap(([seconds, value], index): readonly JsonFault[] => {
    const path = ['data', 'result', series, 'values', index];
    const before = values[index - 1]?.[0] ?? -Infinity;
    const isInOrder = seconds > before;
    const isInstant = knownInstant(seconds * 1_000) !== undefined;
    const number = value === '' ? undefined : Number(value);
    const isNumber = value === 'NaN' || (number !== undefined && number >= 0 && number < Infinity);
    return [
      ...(isInstant ? [] : [{ path, expected: 'a time in seconds', found: String(seconds) }]),
      ...(isInOrder ? [] : [{ path, expected: `a time after ${before}`, found: String(seconds) }]),
      ...(isNumber ? [] : [{ path, expected: 'a number of at least 0', found: `"${value}"` }]),
    ];
  });
}

/**
 * cAdvisor tells a pod's use as a whole as well (no container, or `POD`): beside the series of its
 * containers it would count twice.
 */
function withoutWholes(all: readonly Series[]): readonly Series[] {
  const isContainer = ({ metric }: Series): boolean =>
    metric['container'] !== undefined &&
    metric['container'] !== '' &&
    metric['container'] !== 'POD';
  const split = new Set(all.filter(isContainer).map(podOf));
  return all.filter((series) => !split.has(podOf(series)) || isContainer(series));
}

function added(all: readonly Series[], isPerPod: boolean): readonly PlacedSample[] {
  const sums = new Map<string, Map<number, number>>();
  const counted = isPerPod ? withoutWholes(all) : all;
  for (const series of counted) {
    const name = isPerPod ? (podOf(series) ?? '') : '';
    const sum = sums.get(name) ?? new Map<number, number>();
    sums.set(name, sum);
    for (const [seconds, value] of series.values) {
      if (value !== 'NaN') sum.set(seconds, (sum.get(seconds) ?? 0) + Number(value));
    }
  }
  return [...sums].flatMap(([name, sum]) =>
    [...sum].map(([seconds, value]) => {
      return { name, atMs: seconds * 1_000, value, line: 1, column: 1 }; // faults were told before
    }),
  );
}
