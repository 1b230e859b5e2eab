import { describe, expect, it } from 'vitest';
import { recordedUsagePrometheus } from '../../../../src/analysis/recorded-usage/usage-prometheus.js';

type Labels = Readonly<Record<string, string>>;

function answer(
  ...series: readonly (readonly [Labels, ...(readonly [number, string])[]])[]
): string {
  const result = series.map(([metric, ...values]) => ({ metric, values }));
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }, null, 1);
}

function read(text: string, isPerPod = true): readonly string[] {
  const recording = recordedUsagePrometheus(text, isPerPod);
  if (recording.kind === 'faults') {
    return recording.faults.map(
      ({ line, column, expected, found }) =>
        `${line}:${column}: expected ${expected}, got ${found}`,
    );
  }
  return recording.series.flatMap(({ name, samples }) =>
    samples.map(({ atMs, value }) => `${name}@${atMs}: ${value}`),
  );
}

describe('CPU use of a Prometheus range', () => {
  it.each([
    {
      name: 'one series a pod',
      text: answer([{ pod: 'a' }, [10, '0.5'], [25.5, '0.25']], [{ pod_name: 'b' }, [10, '1']]),
      samples: ['a@10000: 0.5', 'a@25500: 0.25', 'b@10000: 1'],
    },
    {
      name: 'containers of one pod are added up',
      text: answer(
        [{ pod: 'a', container: 'app' }, [10, '0.5']],
        [{ pod: 'a', container: 'sidecar' }, [10, '0.25']],
      ),
      samples: ['a@10000: 0.75'],
    },
    {
      name: 'a pod as a whole does not count again beside its containers',
      text: answer(
        [{ pod: 'a', container: 'app' }, [10, '0.5']],
        [{ pod: 'a' }, [10, '0.6']],
        [{ pod: 'a', container: 'POD' }, [10, '0.1']],
        [{ pod: 'b' }, [10, '0.7']],
      ),
      samples: ['a@10000: 0.5', 'b@10000: 0.7'],
    },
    {
      name: 'NaN is no sample',
      text: answer([{ pod: 'a' }, [10, 'NaN'], [25, '1']]),
      samples: ['a@25000: 1'],
    },
  ])('$name', ({ text, samples }) => {
    expect(read(text)).toEqual(samples);
  });

  it('is one series for all pods where that was said', () => {
    expect(read(answer([{}, [10, '1.5']]), false)).toEqual(['@10000: 1.5']);
    expect(read(answer([{}, [10, '1']], [{ a: 'b' }, [10, '1']]), false)).toEqual([
      expect.stringMatching(/expected one series for all pods together, got 2$/),
    ]);
  });

  it.each([
    { name: 'no JSON', text: '{"status":\n oh}', faults: [/^2:2: expected JSON, got /] },
    { name: 'a cut text', text: '{"status": "success"', faults: [/^1:21: expected JSON, got /] },
    {
      name: 'a failed query',
      text: '{"status": "error", "error": "boom"}',
      faults: [
        /^1:1: expected data with the result of a range query, got nothing$/,
        /^1:12: expected status "success".*got "error"$/,
        /^1:30: expected the answer of a query that worked, got boom$/,
      ],
    },
    {
      name: 'an instant query',
      text: '{"status":"success","data":{"resultType":"vector","result":[]}}',
      faults: [/^1:42: expected resultType "matrix"/],
    },
    {
      name: 'an empty result',
      text: answer(),
      faults: [/^1:1: expected at least one sample, got none/],
    },
    {
      name: 'series without a pod',
      text: answer([{ job: 'x' }, [10, '1']], [{}, [10, '1']]),
      faults: [
        /expected a label "pod" \(sum by \(pod\) keeps it\), got only job$/,
        /got no label at all$/,
      ],
    },
    {
      name: 'a time that no calendar knows',
      text: answer([{ pod: 'a' }, [1e300, '1']]),
      faults: [/expected a time in seconds, got 1e\+300$/],
    },
    {
      name: 'values that are none, and times that fall',
      text: answer([{ pod: 'a' }, [10, '-1'], [5, 'x'], [20, '+Inf'], [30, '']]),
      faults: [
        /got "-1"$/,
        /expected a time after 10, got 5$/,
        /expected a number of at least 0, got "x"$/,
        /got "\+Inf"$/,
        /got ""$/,
      ],
    },
  ])('with $name is refused', ({ text, faults }) => {
    expect(read(text)).toEqual(faults.map((fault): unknown => expect.stringMatching(fault)));
  });
});
