/** What the analysis finds in recordings of a real cluster, against what was read off them by hand. */
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { mapMeasure, valueOf, type Measure } from '../../../src/analysis/measure.js';
import { realRun, type RealRun } from '../../support/real-run.js';

const seconds = (measure: Measure): number | undefined => {
  const ms = valueOf(measure);
  return ms === undefined ? undefined : Math.round(ms / 100) / 10;
};

describe('the analysis of a real cluster', () => {
  it.each<{ run: RealRun; name: string; expected: readonly unknown[] }>([
    {
      run: 'B-nominal-stab30',
      name: 'a step from 11 to 42 requests a second: 7 pods, and 9 a sync later',
      expected: [
        { size: '3 to 7', rate: 42, decidedAfter: 28.6, readyAfter: 36.8 },
        { size: '7 to 9', rate: 42, decidedAfter: 43.6, readyAfter: 51.8 },
      ],
    },
    {
      run: 'D-nominal-scaleup',
      name: 'the same without a behavior block: 6, then 8',
      expected: [
        { size: '3 to 6', rate: 42, decidedAfter: 30.1, readyAfter: 38.3 },
        { size: '6 to 8', rate: 42, decidedAfter: 45.2, readyAfter: 52.3 },
      ],
    },
    {
      // By the mean CPU of each stair: 3 pods are over 77 % from 468m on (25/s used 501m), 5 from 780m
      // (35/s used 821m), 7 from 1,092m (45/s used 997m; 50/s came to 1,159m in the metrics API).
      run: 'E-ramp-target70',
      name: 'stairs: each size for the stair that called for it',
      expected: [
        { size: '3 to 5', rate: 25, decidedAfter: 37.5, readyAfter: 47.5 },
        { size: '5 to 7', rate: 35, decidedAfter: 52.6, readyAfter: 59.5 },
        { size: '7 to 9', rate: 50, decidedAfter: 37.5, readyAfter: 44.4 },
      ],
    },
  ])('finds in $name', ({ run, expected }) => {
    const { scaleUps } = analyze(realRun(run));

    expect(
      scaleUps.map(({ from, to, change, decisionT, latencyMs }) => ({
        size: `${from} to ${to}`,
        rate: valueOf(change)?.toPerSecond,
        decidedAfter: Math.round((decisionT - (valueOf(change)?.t ?? 0)) / 100) / 10,
        readyAfter: seconds(latencyMs),
      })),
    ).toEqual(expected);
  });

  it('sees every stage of a scale-up', () => {
    const [first] = analyze(realRun('B-nominal-stab30')).scaleUps;

    expect(
      first?.stages.map(({ name, seen }) => [
        name,
        seconds(mapMeasure(seen, ({ sinceChangeMs }) => sinceChangeMs)),
      ]),
    ).toEqual([
      ['over-target', 0.7],
      // 828m over three pods, 138 %, at 64.6 s of the record; the load changed at 45.4 s
      ['metric-visible', 19.3],
      ['decision', 28.6],
      ['pods-created', 28.7],
      ['scheduled', 28.8],
      ['started', 30.3],
      ['ready', 36.8],
      ['endpoint', 36.8],
      // that load generator did not tell which pod answered, and there was no SLO
      ['first-request', undefined],
      ['recovered', undefined],
    ]);
  });

  it('tells scale-downs by the time since the load fell', () => {
    // 9 to 8 was still in the spike; then 8 to 4 and 4 to 3, 44 s and a sync after the fall.
    const { scaleDowns, readiness } = analyze(realRun('B-nominal-stab30'));

    expect(
      scaleDowns.map(({ from, to, changeToDecisionMs }) => [
        `${from} to ${to}`,
        seconds(changeToDecisionMs),
      ]),
    ).toEqual([
      ['9 to 8', undefined],
      ['8 to 4', 43.8],
      ['4 to 3', 58.9],
    ]);
    expect(readiness).toMatchObject({ flaps: [], losses: 0, restarts: 0 });
  });

  it('does not take the end of the load for the cause of a scale-down that was decided before', () => {
    // The load fell at 205.5 s of the record and ended at 268 s; 8 to 4 came at 273.2 s, after the window
    // of 60 s. 9 to 8 had nothing to do with either: in the spike 8 pods were enough.
    const { scaleDowns } = analyze(realRun('E-ramp-target70'));

    expect(
      scaleDowns.map(({ from, to, changeToDecisionMs }) => [
        `${from} to ${to}`,
        seconds(changeToDecisionMs),
      ]),
    ).toEqual([
      ['9 to 8', undefined],
      ['8 to 4', 67.7],
      ['4 to 3', 82.7],
    ]);
  });
});
