import { describe, expect, it } from 'vitest';
import {
  clockText,
  countsText,
  dataNumber,
  latencyText,
  moneyText,
  numberText,
  percentText,
  plural,
  wrapped,
} from '../../../src/report/format.js';
import { table } from '../../../src/report/table.js';

describe('figures in a report', () => {
  it.each([
    [0, '0:00'],
    [65_400, '1:05'],
    [-10_000, '-0:10'],
    [-200, '0:00'],
    [3_723_000, '1:02:03'],
  ])('show the instant %d ms as %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });

  it.each([
    [0, '0ms'],
    [8.44, '8.4ms'],
    [27.3, '27ms'],
    [1_238, '1.24s'],
    [12_380, '12.4s'],
  ])('show a latency of %d ms as %s', (ms, text) => {
    expect(latencyText(ms)).toBe(text);
  });

  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.00001, '< 0.01 %'],
    [0.99999, '> 99.99 %'],
    [0.0036, '0.36 %'],
    [0.12, '12 %'],
    [0.9999, '99.99 %'],
    [1.895, '189.5 %'],
    [12, '1,200 %'],
  ])('show the share %d as %s', (share, text) => {
    expect(percentText(share)).toBe(text);
  });

  it.each([
    [0, '0.00 USD'],
    [0.0031, '0.0031 USD'],
    [0.051, '0.051 USD'],
    [12.4, '12.40 USD'],
  ])('show %d of a currency as %s', (amount, text) => {
    expect(moneyText(amount, 'USD')).toBe(text);
  });

  it.each([
    [0.1 + 0.2, 0.3],
    [1_234_567_890_123, 1_234_567_890_123],
    [1 / 3, 0.333333333333],
  ])('as data: %d is %d', (value, shown) => {
    expect(dataNumber(value)).toBe(shown);
  });

  it('show counts, largest first, without those of nothing', () => {
    expect(countsText({ reset: 2, refused: 1_400, timeout: 0, tls: undefined })).toBe(
      '1,400 refused, 2 reset',
    );
    expect(countsText({ reset: 0 })).toBeUndefined();
    expect([plural(1, 'pod'), plural(0, 'pod'), numberText(1_234.56, 1)]).toEqual([
      '1 pod',
      '0 pods',
      '1,234.6',
    ]);
  });
});

describe('text in a width', () => {
  it('is broken between words', () => {
    expect(wrapped('one two  three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('incomprehensible word', 5)).toEqual(['incomprehensible', 'word']);
    expect(wrapped('', 5)).toEqual([]);
  });

  it('in a table is aligned by column', () => {
    const columns = [
      { title: 'name', align: 'left' },
      { title: 'n', align: 'right' },
    ] as const;

    expect(
      table(columns, [
        ['a', '10'],
        ['longer', '5'],
      ]),
    ).toEqual(['name     n', '------  --', 'a       10', 'longer   5']);
  });

  it('in the last column of a table is wrapped to the width', () => {
    const columns = [
      { title: 'n', align: 'right' },
      { title: 'why', align: 'left' },
    ] as const;

    expect(
      table(
        columns,
        [
          ['1', 'because it was late'],
          ['20', 'no'],
        ],
        14,
      ),
    ).toEqual([' n  why', '--  ----------', ' 1  because it', '    was late', '20  no']);
  });
});
