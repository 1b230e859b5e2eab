/** Series become rows: every change while there are few, lowest and highest of each part when there are many. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plotRows, type PlotRows } from '../../../../src/report/html/plot-rows.js';
import { seriesValueAt, type StepSeries } from '../../../../src/timeline/series.js';

const steps = (...points: readonly (readonly [number, number | undefined])[]): StepSeries =>
  points.map(([t, value]) => ({ t, value }));

describe('with few changes', () => {
  const series = [steps([0, 1], [20, 2]), steps([10, 5], [30, undefined], [40, 7])];

  it('every change of any series is a row, from the beginning to the end of the span', () => {
    const { instants, values, thinnedToMs } = plotRows(series, { fromT: 0, toT: 50, maxRows: 100 });

    expect(instants).toEqual([0, 10, 20, 30, 30, 40, 50]);
    expect(values).toEqual([
      [1, 1, 2, 2, 2, 2, 2],
      [undefined, 5, 5, 5, undefined, 7, 7],
    ]);
    expect(thinnedToMs).toBeUndefined();
  });

  it('what lies outside of the span is left out, and what held at its beginning is known', () => {
    const { instants, values } = plotRows(series, { fromT: 15, toT: 25, maxRows: 100 });

    expect(instants).toEqual([15, 20, 25]);
    expect(values).toEqual([
      [1, 2, 2],
      [5, 5, 5],
    ]);
  });

  it('nothing known is rows of nothing', () => {
    expect(plotRows([[]], { fromT: 0, toT: 10, maxRows: 100 }).values).toEqual([
      [undefined, undefined],
    ]);
  });
});

describe('with many changes', () => {
  it('the lowest and the highest of each part are kept in the order in which they came', () => {
    const series = steps([0, 5], [2, 9], [4, 1], [5, 3], [7, 8]);
    const { instants, values, thinnedToMs } = plotRows([series], { fromT: 0, toT: 10, maxRows: 4 });

    expect(instants).toEqual([0, 2.5, 5, 7.5]);
    expect(values).toEqual([[9, 1, 1, 8]]);
    expect(thinnedToMs).toBe(5);
  });

  it('a gap within a part is a gap, and the peak beside it is not lost', () => {
    const series = steps([0, 5], [2, undefined], [4, 7], [5, 3], [6, 4]);
    const { values } = plotRows([series], { fromT: 0, toT: 10, maxRows: 4 });

    expect(values).toEqual([[7, 7, undefined, 7, 3]]);
  });

  const anySeries = fc
    .array(
      fc.tuple(fc.integer({ min: 0, max: 999 }), fc.option(fc.integer(), { nil: undefined })),
      {
        minLength: 1,
        maxLength: 200,
      },
    )
    .map((points) =>
      [...new Map(points)].map(([t, value]) => ({ t, value })).sort((a, b) => a.t - b.t),
    );

  it('no peak is lost, no value is made up, and rows are in order, whatever the series', () => {
    fc.assert(
      fc.property(anySeries, fc.integer({ min: 4, max: 50 }), (series, maxRows) => {
        const rows = plotRows([series], { fromT: 0, toT: 1_000, maxRows });
        const kept = known(rows);
        const all = knownIn(series);

        expect(Math.max(...kept)).toBe(Math.max(...all));
        expect(kept.every((value) => all.includes(value))).toBe(true);
        expect(rows.instants).toEqual([...rows.instants].sort((a, b) => a - b));
        expect(rows.instants.length).toBeLessThanOrEqual(maxRows * 2);
      }),
    );
  });

  it('without gaps the lowest is not lost either', () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        const whole = series.filter(({ value }) => value !== undefined);
        const rows = plotRows([whole], { fromT: whole[0]?.t ?? 0, toT: 1_000, maxRows: 6 });

        expect(Math.min(...known(rows))).toBe(Math.min(...knownIn(whole)));
      }),
    );
  });

  it('with room for every change a row says what held at its instant', () => {
    fc.assert(
      fc.property(anySeries, (series) => {
        const { instants, values } = plotRows([series], { fromT: 0, toT: 1_000, maxRows: 10_000 });

        for (const [row, t] of instants.entries()) {
          if (instants[row + 1] !== t) expect(values[0]?.[row]).toBe(seriesValueAt(series, t));
        }
      }),
    );
  });
});

function known({ values }: PlotRows): readonly number[] {
  return values.flat().filter((value) => value !== undefined);
}

function knownIn(series: StepSeries): readonly number[] {
  return series.map(({ value }) => value).filter((value) => value !== undefined);
}
