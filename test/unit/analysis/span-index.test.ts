import { describe, expect, it } from 'vitest';
import { SpanIndex } from '../../../src/analysis/span-index.js';
import { seededRandom } from '../../../src/core/random.js';

interface Named {
  readonly name: string;
  readonly fromT: number;
  readonly toT: number;
}

const span = (name: string, fromT: number, toT: number): Named => ({ name, fromT, toT });

const isWanted = ({ name }: Named): boolean => Number(name) % 3 > 0;

describe('spans by time', () => {
  const index = new SpanIndex([
    span('late', 50_000, 60_000),
    span('long', 0, 1_000_000),
    span('endless', 70_000, Infinity),
    span('later', 55_000, 58_000),
  ]);

  it.each([
    ['the first that was given', { fromT: 56_000, toT: 57_000 }, 'late'],
    ['one that goes on all the time', { fromT: 20_000, toT: 21_000 }, 'long'],
    ['one without an end', { fromT: 2_000_000, toT: 2_000_001 }, 'endless'],
    ['none before all of them', { fromT: -5_000, toT: 0 }, undefined],
    ['none that ends where the time begins', { fromT: 1_000_000, toT: 1_000_000 }, 'endless'],
  ])('finds %s', (_, time, name) => {
    expect(index.firstWithin(time, () => true)?.name).toBe(name);
  });

  it('finds only what is wanted', () => {
    const found = index.firstWithin({ fromT: 56_000, toT: 57_000 }, ({ name }) => name === 'later');

    expect(found?.name).toBe('later');
  });

  it('finds nothing where there is nothing', () => {
    expect(new SpanIndex([]).firstWithin({ fromT: 0, toT: 1 }, () => true)).toBeUndefined();
  });

  it('finds what going through all of them finds', () => {
    const random = seededRandom(7);
    const some = (most: number): number => random.next() * most;
    const spans = Array.from({ length: 300 }, (_, place) => {
      const fromT = some(3_600_000);
      return span(`${place}`, fromT, fromT + some(place % 10 === 0 ? 900_000 : 20_000));
    });
    const all = new SpanIndex(spans);

    for (let fromT = -10_000; fromT < 3_700_000; fromT += 7_919) {
      const time = { fromT, toT: fromT + some(30_000) };
      const expected = spans.find(
        (each) => each.fromT < time.toT && each.toT > time.fromT && isWanted(each),
      );
      expect(all.firstWithin(time, isWanted)).toBe(expected);
    }
  });
});
