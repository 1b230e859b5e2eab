/** Rates from the answer to a Prometheus range query. */
import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type Recording, type RecordingFault, recordingOf, type Sample } from './recording.js';

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

type JsonPath = readonly (string | number)[];

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
    const found = error instanceof Error ? error.message : String(error);
    return recordingOf([], [{ ...syntaxPlace(text, found), expected: 'JSON', found }]);
  }
  const answer = rangeAnswer.safeParse(json);
  if (!answer.success) {
    const faults = answer.error.issues.map(({ path, message }) => ({
      path: path.filter((step) => typeof step !== 'symbol'),
      expected: message,
      found: 'something else',
    }));
    return recordingOf([], placed(text, faults));
  }
  return added(text, answer.data.data.result);
}

type Series = z.output<typeof rangeAnswer>['data']['result'][number];

interface PathFault {
  readonly path: JsonPath;
  readonly expected: string;
  readonly found: string;
}

/** Each series must rise in time on its own; together they are put in order. */
function added(text: string, all: readonly Series[]): Recording {
  const rates = new Map<number, number>();
  const faults: PathFault[] = [];
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
  if (faults.length > 0) return recordingOf([], placed(text, faults));
  const samples = [...rates]
    .sort(([a], [b]) => a - b)
    .map(([seconds, ratePerSecond]): Sample => {
      return { atMs: seconds * 1_000, ratePerSecond, line: 1, column: 1 }; // faults were told above
    });
  return recordingOf(samples, []);
}

/** Where in the text each fault's value stands; read once more, as JSON.parse does not say. */
function placed(text: string, faults: readonly PathFault[]): readonly RecordingFault[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return faults.map(({ path, expected, found }) => {
    for (let length = path.length; length >= 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (!isNode(node) || !node.range) continue;
      const { line, col } = lines.linePos(node.range[0]);
      return { line, column: col, expected, found };
    }
    return { line: 1, column: 1, expected, found };
  });
}

function syntaxPlace(
  text: string,
  message: string,
): { readonly line: number; readonly column: number } {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return { line: 1, column: 1 };
  const before = text.slice(0, Number(position)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
