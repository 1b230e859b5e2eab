import { describe, expect, it } from 'vitest';
import { recordedAccessLog } from '../../../src/load/replay/access-log.js';
import { recordedAzureFunctions } from '../../../src/load/replay/azure-functions.js';
import { recordedPrometheusJson } from '../../../src/load/replay/prometheus-json.js';
import { recordedCsv } from '../../../src/load/replay/rate-csv.js';
import { type Recording, scaled } from '../../../src/load/replay/recording.js';

function pointsOf(recording: Recording): readonly (readonly [number, number])[] {
  if (recording.kind === 'faults') throw new Error(recording.faults.join('; '));
  return recording.points.map(({ atMs, ratePerSecond }) => [atMs, ratePerSecond]);
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

  it('tells all its faults with their lines', () => {
    expect(recordedCsv('t,r\n1,5\nx,6\n1,7\n2,-1\n3,\n')).toEqual({
      kind: 'faults',
      faults: [
        'line 3: expected a time and a rate, got "x,6"',
        'line 6: expected a time and a rate, got "3,"',
        'line 4: expected a time after that of line 2',
        'line 5: expected a rate, at least 0, got -1',
      ],
    });
  });

  it('without a sample is a fault', () => {
    expect(recordedCsv('time,rate\n')).toEqual({
      kind: 'faults',
      faults: ['expected at least one sample'],
    });
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
    expect(recordedAccessLog('{"time":1}')).toEqual({
      kind: 'faults',
      faults: ['line 1: expected a line of a common or combined log, got "{"time":1}"'],
    });
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
    { name: 'no JSON', text: '<html>', fault: 'expected JSON' },
    {
      name: 'an instant query',
      text: '{"status":"success","data":{"resultType":"vector","result":[]}}',
      fault: 'data.resultType',
    },
    {
      name: 'a value that is none',
      text: answer([{ values: [[1, 'NaN']] }]),
      fault: 'data.result.0.values.0: expected a number, got "NaN"',
    },
  ])('refuses $name', ({ text, fault }) => {
    const recording = recordedPrometheusJson(text);

    expect(recording.kind === 'faults' ? recording.faults.join() : '').toContain(fault);
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
    expect(pointsOf(recordedAzureFunctions(text, 'f2')).map(([, rate]) => rate)).toEqual([
      0, 0.1, 0,
    ]);
  });

  it('without the function, or a heading, is refused', () => {
    expect(recordedAzureFunctions(text, 'f3')).toMatchObject({ kind: 'faults' });
    expect(recordedAzureFunctions('a,b\n1,2')).toMatchObject({ kind: 'faults' });
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
