import { describe, expect, it } from 'vitest';
import { plot, type PlotOptions } from '../../../src/report/plot.js';
import { axisLines, columnOf, stretchLines, type TimeAxis } from '../../../src/report/time-axis.js';

function drawn(
  values: readonly (number | undefined)[],
  options: Partial<PlotOptions> = {},
): readonly string[] {
  return plot({
    title: 'Things',
    lines: [{ name: 'a', style: 'thin', values }],
    rows: 3,
    columns: values.length,
    labelColumns: 3,
    label: String,
    min: 0,
    marks: [],
    ...options,
  });
}

describe('a plot', () => {
  it('has its title with a legend, and one column for each value', () => {
    expect(drawn([0, 0, 1, 2, 2, 1])).toEqual([
      'Things   ── a',
      ' 2 ┤  ╭─╮',
      ' 1 ┤ ╭╯ ╰─',
      ' 0 ┤─╯',
    ]);
  });

  it('keeps gaps as gaps, also at both ends', () => {
    expect(drawn([undefined, 1, undefined, undefined, 1, 1, undefined], { atLeastMax: 2 })).toEqual(
      ['Things   ── a', ' 2 ┤', ' 1 ┤ ─  ──', ' 0 ┤'],
    );
  });

  it('draws a line that never changes, and one that is always 0', () => {
    expect(drawn([5, 5, 5])[1]).toBe(' 5 ┤───');
    expect(drawn([0, 0, 0])[3]).toBe(' 0 ┤───');
  });

  it('without a value says so and throws nothing', () => {
    expect(drawn([undefined, undefined])).toEqual(['Things   ── a', '     (no data)']);
    expect(drawn([])).toEqual(['Things   ── a', '     (no data)']);
  });

  it('draws the last line on top, each in its own style', () => {
    const lines = plot({
      title: 'T',
      lines: [
        { name: 'below', style: 'dotted', values: [1, 1, 1, 1] },
        { name: 'above', style: 'thick', values: [undefined, 1, 1, undefined] },
      ],
      rows: 2,
      columns: 4,
      labelColumns: 3,
      label: String,
      min: 0,
      marks: [],
    });

    expect(lines).toEqual(['T   ┄┄ below   ━━ above', ' 1 ┤┄━━┄', ' 0 ┤']);
  });

  it('draws marks only where nothing else is', () => {
    expect(drawn([2, 2, 2], { marks: [1] })).toEqual([
      'Things   ── a',
      ' 2 ┤───',
      ' 1 ┤ ·',
      ' 0 ┤ ·',
    ]);
  });

  it.each([
    [45, 7, '48'],
    [190, 7, '240'],
    [1, 5, '1'],
    [0.07, 8, '0.07'],
  ])('with round numbers up to %d in %d rows ends at %s', (highest, rows, top) => {
    const [, first] = drawn([0, highest], {
      rows,
      isRound: true,
      labelColumns: 8,
      label: (value) => String(Number(value.toFixed(6))),
    });

    expect(first?.split('┤')[0]?.trim()).toBe(top);
  });

  it('cuts values that are out of range to its edge', () => {
    expect(drawn([-5, 1], { rows: 2 })).toEqual(['Things   ── a', ' 1 ┤╭─', ' 0 ┤╯']);
  });
});

describe('the time axis', () => {
  const axis: TimeAxis = { fromT: 1_000, toT: 61_000, originT: 1_000, columns: 60 };

  it('has the column of an instant, and none outside', () => {
    expect([0, 1_000, 1_999, 2_000, 61_000, 61_001].map((t) => columnOf(axis, t))).toEqual([
      undefined,
      0,
      0,
      1,
      59,
      undefined,
    ]);
  });

  it('is labelled in minutes and seconds at round distances, where there is room', () => {
    const [ticks, labels] = axisLines(axis, 2);

    expect(ticks).toBe(`  └${'┴─────────'.repeat(5)}┴────────┴`);
    expect(labels).toBe('   0:00      0:10      0:20      0:30      0:40      0:50');
  });

  it.each([
    {
      name: 'in one line where there is room',
      stretches: [
        { name: 'calm', fromT: 1_000 },
        { name: 'spike', fromT: 11_000 },
        { name: 'end', fromT: 21_000 },
      ],
      lines: ['   |calm     |spike    |end'],
    },
    {
      name: 'in the next line where a name would run into the one before it',
      stretches: [
        { name: 'calm', fromT: 1_000 },
        { name: 'a-long-name', fromT: 11_000 },
        { name: 'short', fromT: 13_000 },
        { name: 'shorter', fromT: 15_000 },
        { name: 'end', fromT: 31_000 },
      ],
      lines: [
        '   |calm     |a-long-name        |end',
        '               |short',
        '                 |shorter',
      ],
    },
    {
      name: 'cut where all lines are taken, and at the end of the axis',
      stretches: [
        { name: 'one-of-many', fromT: 1_000 },
        { name: 'two-of-many', fromT: 3_000 },
        { name: 'three-of-many', fromT: 5_000 },
        { name: 'four-of-many', fromT: 7_000 },
        { name: 'the-last-of-many', fromT: 51_000 },
      ],
      lines: [
        '   |one-o|four-of-many                               |the-last-',
        '     |two-of-many',
        '       |three-of-many',
      ],
    },
  ])('names stretches $name', ({ stretches, lines }) => {
    expect(stretchLines(axis, stretches, 2)).toEqual(lines);
  });

  it('leaves out stretches that begin outside of it', () => {
    expect(stretchLines(axis, [{ name: 'before', fromT: 0 }], 2)).toEqual([]);
  });
});
