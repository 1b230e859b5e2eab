import { describe, expect, it } from 'vitest';
import { recordedAccessLog } from '../../../src/load/replay/access-log.js';
import { recordedAzureFunctions } from '../../../src/load/replay/azure-functions.js';
import { recordedPrometheusJson } from '../../../src/load/replay/prometheus-json.js';
import { recordedCsv } from '../../../src/load/replay/rate-csv.js';
import { type Recording, scaled } from '../../../src/load/replay/recording.js';

function pointsOf(recording: Recording): readonly (readonly [number, number])[] {
  if (recording.kind === 'faults') throw new Error(faultsOf(recording).join('; '));
  return recording.points.map(({ atMs, ratePerSecond }) => [atMs, ratePerSecond]);
}

/** `line:column: expected ..., found ...`. */
function faultsOf(recording: Recording): readonly string[] {
  if (recording.kind === 'recorded') return [];
  return recording.faults.map(({ line: at, column, expected, found }) => {
    return `${at}:${column}: expected ${expected}, found ${found}`;
  });
}

describe('a CSV of rates', () => {
  it.each([
    { name: 'in seconds, with a heading', text: 'time,rate\n10,5\n11,7.5\n13,0\n' },
    { name: 'in ms since the epoch', text: '1700000000000;5\n1700000001000;7.5\n1700000003000;0' },
    {
      name: 'as dates, with a remark and CRLF',
      text: '# from the CDN\r\n2026-01-01T00:00:00Z,5\r\n2026-01-01T00:00:01Z,7.5\r\n2026-01-01T00:00:03Z,0\r\n',
    },
  ])('$name', ({ text }) => {
    const recording = recordedCsv(text);

    expect(pointsOf(recording)).toEqual([
      [0, 5],
      [1_000, 7.5],
      [3_000, 0],
    ]);
    expect(recording).toMatchObject({ durationMs: 5_000 });
  });

  it('tells all its faults with their places, in order', () => {
    expect(faultsOf(recordedCsv('t,r\n1,5\nx,6\n1,7\n2,-1\n3,\n4\n'))).toEqual([
      '3:1: expected a time: seconds, milliseconds since the epoch or an ISO 8601 date, found "x"',
      '4:1: expected a time after that of line 2, found the same time',
      '5:3: expected a rate of at least 0, found -1',
      '6:3: expected a rate (requests a second), found nothing',
      '7:2: expected a rate (requests a second), found nothing',
    ]);
  });

  it('that is none at all is one fault, not one for each line', () => {
    const log = '10.0.0.1 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 5\n'.repeat(900);

    expect(faultsOf(recordedCsv(log))).toEqual([
      expect.stringMatching(
        /^2:1: expected lines of time,rate, .*access-log.*, found no line that begins with a time; here "10\.0/,
      ),
    ]);
  });

  it('with a time in the first line has no heading there', () => {
    expect(faultsOf(recordedCsv('1,fast\n2,5\n'))).toEqual([
      '1:3: expected a rate (requests a second), found "fast"',
    ]);
  });

  it.each(['', 'time,rate\n', '# nothing\n\n'])('without a sample is a fault: %j', (text) => {
    expect(faultsOf(recordedCsv(text))).toEqual(['1:1: expected at least one sample, found none']);
  });

  it('with many faults tells ten and how many more there are', () => {
    const text = `time,rate\n${'1,x\n'.repeat(25)}`;

    const faults = faultsOf(recordedCsv(text));

    expect(faults).toHaveLength(10);
    expect(faults.at(-1)).toBe(
      '11:3: expected a rate (requests a second), found "x", and 15 more faults',
    );
  });

  it.each(['Infinity', '-0.5', 'NaN'])('refuses a rate of %s', (rate) => {
    expect(faultsOf(recordedCsv(`0,1\n1,${rate}\n`))).toHaveLength(1);
  });
});

describe('an access log', () => {
  it('is counted by the second of the request, whatever its zone and order', () => {
    const recording = recordedAccessLog(
      [
        line('10/Oct/2025:13:55:36 +0000'),
        line('10/Oct/2025:15:55:38 +0200'),
        line('10/Oct/2025:13:55:36 +0000'),
        line('10/Oct/2025:06:55:36 -0700'),
      ].join('\n'),
    );

    expect(pointsOf(recording)).toEqual([
      [0, 3],
      [1_000, 0],
      [2_000, 1],
    ]);
  });

  it('of another format is refused with the line', () => {
    expect(
      faultsOf(recordedAccessLog(`${line('10/Oct/2025:13:55:36 +0000')}\n{"time":1}`)),
    ).toEqual([
      '2:1: expected a line of a common or combined log, with [10/Oct/2025:13:55:36 +0000], found "{"time":1}"',
    ]);
  });
});

describe('a Prometheus range query', () => {
  it('is the sum of its series', () => {
    const recording = recordedPrometheusJson(
      answer([
        {
          metric: { pod: 'a' },
          values: [
            [100, '1.5'],
            [115, '2'],
          ],
        },
        { metric: { pod: 'b' }, values: [[115, '3']] },
      ]),
    );

    expect(pointsOf(recording)).toEqual([
      [0, 1.5],
      [15_000, 5],
    ]);
  });

  it.each([
    { name: 'no JSON', text: '<html>', fault: /^1:\d+: expected JSON, found / },
    {
      name: 'JSON that breaks off',
      text: '{"status":"success",\n "data": ]}',
      fault: /^(2:\d+|1:1): expected JSON/,
    },
    {
      name: 'an instant query',
      text: '{"status":"success",\n  "data":{"resultType":"vector","result":[]}}',
      fault: /^2:24: expected resultType "matrix"/,
    },
    {
      name: 'a value that is none',
      text: answer([{ values: [[1, 'NaN']] }]),
      fault: /^1:72: expected a rate of at least 0, found "NaN"$/,
    },
    {
      name: 'a rate below 0',
      text: answer([{ values: [[1, '-1']] }]),
      fault: /expected a rate of at least 0, found "-1"$/,
    },
    {
      name: 'a series that goes back in time',
      text: answer([
        {
          values: [
            [15, '1'],
            [0, '1'],
          ],
        },
      ]),
      fault: /^1:81: expected a time after 15, found 0$/,
    },
  ])('refuses $name, with its place', ({ text, fault }) => {
    expect(faultsOf(recordedPrometheusJson(text))).toEqual([expect.stringMatching(fault)]);
  });
});

describe('an Azure Functions trace', () => {
  const text =
    'HashOwner,HashApp,HashFunction,Trigger,1,2,3\no,a,f1,http,60,0,120\no,a,f2,queue,0,6,0\n';

  it('is the sum of all functions, a point a minute', () => {
    expect(pointsOf(recordedAzureFunctions(text))).toEqual([
      [0, 1],
      [60_000, 0.1],
      [120_000, 2],
    ]);
  });

  it('is one function when asked for', () => {
    expect(
      pointsOf(recordedAzureFunctions(text, { function: 'f2' })).map(([, rate]) => rate),
    ).toEqual([0, 0.1, 0]);
  });

  it('is one row when asked for', () => {
    expect(pointsOf(recordedAzureFunctions(text, { row: 1 })).map(([, rate]) => rate)).toEqual([
      1, 0, 2,
    ]);
  });

  it.each([
    {
      name: 'without the function',
      content: text,
      selection: { function: 'f3' },
      fault: '1:1: expected a function f3, found none among 2 rows',
    },
    {
      name: 'without the row',
      content: text,
      selection: { row: 3 },
      fault: '1:1: expected a row 3, found none among 2 rows',
    },
    {
      name: 'without a heading',
      content: 'a,b\n1,2',
      selection: {},
      fault:
        '1:1: expected a heading with HashFunction and the minutes 1, 2, 3 and on, found "a,b"',
    },
    {
      name: 'with a count that is none',
      content: text.replace('60,0,120', '60,zero,120'),
      selection: {},
      fault: '2:16: expected a count of invocations in minute 2, found "zero"',
    },
    {
      name: 'without a row at all',
      content: text.split('\n')[0] ?? '',
      selection: {},
      fault: '1:1: expected at least one sample, found none',
    },
  ])('$name is refused with its place', ({ content, selection, fault }) => {
    expect(faultsOf(recordedAzureFunctions(content, selection))).toEqual([fault]);
  });
});

describe('scaling', () => {
  it('makes a recording shorter and higher', () => {
    const recording = recordedCsv('0,10\n60,20\n');
    if (recording.kind === 'faults') throw new Error('expected a recording');

    const fast = scaled(recording, { time: 0.1, rate: 2 });

    expect(pointsOf(fast)).toEqual([
      [0, 20],
      [6_000, 40],
    ]);
    expect(fast.durationMs).toBe(12_000);
  });
});

function line(stamp: string): string {
  return `10.0.0.1 - bob [${stamp}] "GET /a HTTP/1.1" 200 12 "-" "curl/8"`;
}

function answer(result: unknown): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}
