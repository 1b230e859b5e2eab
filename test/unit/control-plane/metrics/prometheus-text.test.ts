import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMetricsText } from '../../../../src/control-plane/metrics/prometheus-text.js';

/** A label's value as it is written between quotes. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}

function goNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function samplesOf(text: string) {
  const parsed = parseMetricsText(text);
  if (parsed.kind === 'fault') throw new Error(`line ${parsed.line}: ${parsed.because}`);
  return parsed.samples;
}

describe('the text of /metrics', () => {
  it('is read as the samples of series; help, types, times and exemplars are passed over', () => {
    const text = `# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400",}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
  something_weird {problem = "division by zero"} +Inf -3982045
rpc_duration_seconds_bucket{le="0.25"} 205 # {trace_id="K"} 0.67 1.5
{"http.server.duration", "le"="+Inf"} 7
not_a_number NaN
# EOF
`;

    expect(samplesOf(text)).toEqual([
      { name: 'http_requests_total', labels: { method: 'post', code: '200' }, value: 1_027 },
      { name: 'http_requests_total', labels: { method: 'post', code: '400' }, value: 3 },
      {
        name: 'msdos_file_access_time_seconds',
        labels: { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
        value: 1_458_255_915,
      },
      { name: 'metric_without_timestamp_and_labels', labels: {}, value: 12.47 },
      { name: 'something_weird', labels: { problem: 'division by zero' }, value: Infinity },
      { name: 'rpc_duration_seconds_bucket', labels: { le: '0.25' }, value: 205 },
      { name: 'http.server.duration', labels: { le: '+Inf' }, value: 7 },
      { name: 'not_a_number', labels: {}, value: Number.NaN },
    ]);
  });

  it.each([
    ['a name that is no name', '1a 1', 'expected the name of a metric'],
    ['no value', 'a', 'expected a number, found ""'],
    ['a value that is none', 'a one', 'expected a number, found "one"'],
    ['a value in base 16', 'a 0x10', 'expected a number, found "0x10"'],
    ['a label without a value', 'a{b} 1', 'expected = after the label b'],
    ['a label without quotes', 'a{b=c} 1', 'expected a value in quotes for the label b'],
    ['an open brace', 'a{b="c" 1', 'expected , or } after a label'],
    ['an open quote', 'a{b="c} 1', 'expected a value in quotes for the label b'],
    ['a label twice', 'a{b="1",b="2"} 1', 'expected the label b once, found it twice'],
    ['a word behind the value', 'a 1 now', 'expected nothing but a time after the value'],
    ['two names', 'a{"b"} 1', 'expected one name, found two'],
    ['a web page', '<!doctype html>', 'expected the name of a metric'],
  ])('with %s is none', (_name, line, because) => {
    expect(parseMetricsText(`ok 1\n${line}\n`)).toEqual({ kind: 'fault', line: 2, because });
  });

  it('gives back every name, label and value that was written', () => {
    const label = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
    const sample = fc.record({
      name: fc.stringMatching(/^[a-z_:][a-z0-9_:]{0,12}$/),
      labels: fc.dictionary(label, fc.string()),
      // no -0: JavaScript writes it as 0
      value: fc.double({ noNaN: true }).map((value) => value + 0),
    });
    fc.assert(
      fc.property(fc.array(sample), (samples) => {
        const text = samples
          .map(({ name, labels, value: number }) => {
            const inside = Object.entries(labels).map(
              ([key, value]) => `${key}="${escaped(value)}"`,
            );
            return `${name}{${inside.join(',')}} ${goNumber(number)}`;
          })
          .join('\n');
        expect(samplesOf(text)).toEqual(samples.map((each) => ({ ...each })));
      }),
    );
  });

  it('never takes long, whatever it is', () => {
    const hostile = `a{${'b="\\\\"'.repeat(50_000)}`;

    expect(parseMetricsText(hostile).kind).toBe('fault');
  });
});
