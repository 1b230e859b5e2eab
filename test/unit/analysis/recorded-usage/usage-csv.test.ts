import { describe, expect, it } from 'vitest';
import { recordedUsageCsv } from '../../../../src/analysis/recorded-usage/usage-csv.js';

const AT = Date.UTC(2026, 10, 22, 10, 0, 0);

/** As `name@ms: value`, counted from {@link AT}. */
function read(text: string): readonly string[] {
  const recording = recordedUsageCsv(text);
  if (recording.kind === 'faults') {
    return recording.faults.map(
      ({ line, column, expected, found }) =>
        `${line}:${column}: expected ${expected}, got ${found}`,
    );
  }
  return recording.series.flatMap(({ name, samples }) =>
    samples.map(({ atMs, value }) => `${name}@${atMs - AT}: ${value}`),
  );
}

describe('CPU use as a table', () => {
  it.each([
    {
      name: 'long, ISO times, cores and quantities',
      text: 'time,pod,cpu\n2026-11-22T10:00:00Z,a,0.25\n2026-11-22T10:00:15Z,a,300m\n2026-11-22T10:00:00Z,b,123456789n\n',
      samples: ['a@0: 0.25', 'a@15000: 0.3', 'b@0: 0.123456789'],
    },
    {
      name: 'wide, milliseconds, a pod that comes later',
      text: `time,a,b\n${AT},0.1,\n${AT + 15_000},0.2,0.3\n`,
      samples: ['a@0: 0.1', 'a@15000: 0.2', 'b@15000: 0.3'],
    },
    {
      name: 'seconds with a fraction, semicolons, quotes, comments, Windows line ends, a mark of the order of bytes',
      text: `\uFEFF# exported\r\ntimestamp;"pod, the first"\r\n${AT / 1_000 + 0.5};"0.5"\r\n\r\n`,
      samples: ['pod, the first@500: 0.5'],
    },
    {
      name: 'rows in any order',
      text: `time\tpod\tvalue\n${AT + 1_000}\ta\t2\n${AT}\ta\t1e-3`,
      samples: ['a@0: 0.001', 'a@1000: 2'],
    },
  ])('$name', ({ text, samples }) => {
    expect(read(text)).toEqual(samples);
  });

  it.each([
    { name: 'nothing', text: '', faults: ['1:1: expected at least one sample, got none'] },
    {
      name: 'a heading alone',
      text: 'time,a\n',
      faults: ['1:1: expected at least one sample, got none'],
    },
    {
      name: 'no heading',
      text: `${AT},a,0.5\n`,
      faults: [
        `1:1: expected a heading: time,pod,cpu or time and the name of each pod, got "${AT},a,0.5"`,
      ],
    },
    {
      name: 'every fault of every line',
      text: `time,pod,cpu\nsoon,a,-1\n${AT},,much\n${AT},a\n${AT},a,1\n${AT},a,2\n`,
      faults: [
        '2:1: expected a time: seconds, milliseconds since the epoch or an ISO 8601 date, got "soon"',
        '2:8: expected a number such as 0.25 or 250m, at least 0, got "-1"',
        `3:15: expected the name of a pod, got nothing`,
        `3:16: expected a number such as 0.25 or 250m, at least 0, got "much"`,
        '4:1: expected 3 cells: time, pod, cpu, got 2',
        '6:1: expected each time of a once, got 2026-11-22T10:00:00.000Z',
      ],
    },
    {
      name: 'times that no calendar knows',
      text: 'time,a\n1e300,1\nInfinity,1\n',
      faults: ['2:1', '3:1'].map(
        (place, index) =>
          `${place}: expected a time: seconds, milliseconds since the epoch or an ISO 8601 date, got "${index === 0 ? '1e300' : 'Infinity'}"`,
      ),
    },
    {
      name: 'a wide table that is not one',
      text: `time,a,a,\n${AT},1,2,3,4\n`,
      faults: [
        '1:8: expected each pod once, got "a"',
        '1:10: expected the name of a pod, got nothing',
        '2:17: expected each time of a once, got 2026-11-22T10:00:00.000Z',
        '2:21: expected 4 cells as in the heading, got 5',
      ],
    },
  ])('with $name is refused', ({ text, faults }) => {
    expect(read(text)).toEqual(faults);
  });

  it('tells the first faults of many, and how many there are', () => {
    const faults = read(`time,a\n${'x,1\n'.repeat(1_000)}`);

    expect(faults).toHaveLength(20);
    expect(faults.at(-1)).toContain('and 980 more faults');
  });
});
