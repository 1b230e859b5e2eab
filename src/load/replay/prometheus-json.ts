/** Rates from the answer to a Prometheus range query. */
import { z } from 'zod';
import { type Recording, recordingOf } from './recording.js';

const rangeAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
});

/**
 * The rate of a range query's JSON (`/api/v1/query_range`), such as one of
 * `sum(rate(http_requests_total[1m]))`. Several series are added up at each instant.
 *
 * @see Source: prometheus `docs/querying/api.md`, range vectors: `[unix_time, "value"]`.
 */
export function recordedPrometheusJson(text: string): Recording {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return recordingOf([], [`expected JSON: ${reason}`]);
  }
  const answer = rangeAnswer.safeParse(json);
  if (!answer.success) {
    return recordingOf(
      [],
      answer.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    );
  }
  const rates = new Map<number, number>();
  const faults: string[] = [];
  for (const [series, { values }] of answer.data.data.result.entries()) {
    for (const [index, [seconds, value]] of values.entries()) {
      const rate = value === '' ? Number.NaN : Number(value);
      const place = `data.result.${series}.values.${index}`;
      if (Number.isNaN(rate)) faults.push(`${place}: expected a number, got "${value}"`);
      else rates.set(seconds, (rates.get(seconds) ?? 0) + rate);
    }
  }
  const samples = [...rates]
    .sort(([a], [b]) => a - b)
    .map(([seconds, ratePerSecond]) => ({
      atMs: seconds * 1_000,
      ratePerSecond,
      place: `time ${seconds}`,
    }));
  return recordingOf(samples, faults);
}
