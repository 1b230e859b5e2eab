/** Rates from the answer to a Prometheus range query. */
import { z } from 'zod';
import { type JsonFault, parseJsonText, placedInJson } from './json-text.js';
import { type Recording, recordingOf, type Sample } from './recording.js';

const rangeAnswer = z.object({
  status: z.literal('success', 'status "success": the answer of a query that worked'),
  data: z.object(
    {
      resultType: z.literal('matrix', 'resultType "matrix": the answer of a range query'),
      result: z.array(
        z.object({
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

/**
 * The rate of a range query's JSON (`/api/v1/query_range`), such as one of
 * `sum(rate(http_requests_total[1m]))`. Several series are added up at each instant.
 *
 * @see Source: prometheus `docs/querying/api.md`, range vectors: `[unix_time, "value"]`.
 */
export function recordedPrometheusJson(text: string): Recording {
  const json = parseJsonText(text);
  if (json.kind === 'fault') return recordingOf([], [json.fault]);
  const answer = rangeAnswer.safeParse(json.value);
  if (!answer.success) {
    const faults = answer.error.issues.map(({ path, message }) => ({
      path: path.filter((step) => typeof step !== 'symbol'),
      expected: message,
      found: 'something else',
    }));
    return recordingOf([], placedInJson(text, faults));
  }
  return added(text, answer.data.data.result);
}

type Series = z.output<typeof rangeAnswer>['data']['result'][number];

/** Each series must rise in time on its own; together they are put in order. */
function added(text: string, all: readonly Series[]): Recording {
  const rates = new Map<number, number>();
  const faults: JsonFault[] = [];
  for (const [series, { values }] of all.entries()) {
    for (const [index, [seconds, value]] of values.entries()) {
      const path = ['data', 'result', series, 'values', index];
      const rate = value === '' ? Number.NaN : Number(value);
      const beforeSeconds = values[index - 1]?.[0] ?? Number.NEGATIVE_INFINITY;
      if (!(rate >= 0) || !Number.isFinite(rate)) {
        faults.push({ path, expected: 'a rate of at least 0', found: `"${value}"` });
      }
      if (seconds <= beforeSeconds) {
        const expected = `a time after ${beforeSeconds}`;
        faults.push({ path, expected, found: String(seconds) });
      }
      rates.set(seconds, (rates.get(seconds) ?? 0) + rate);
    }
  }
  if (faults.length > 0) return recordingOf([], placedInJson(text, faults));
  const samples = [...rates]
    .sort(([a], [b]) => a - b)
    .map(([seconds, ratePerSecond]): Sample => {
      return { atMs: seconds * 1_000, ratePerSecond, line: 1, column: 1 }; // faults were told above
    });
  return recordingOf(samples, []);
}
