import { describe, expect, it } from 'vitest';
import { distribution } from '../../../src/analysis/distribution.js';
import { measured, noData, notReached } from '../../../src/analysis/measure.js';

const NEVER = notReached('the run ended');

describe('a distribution of durations', () => {
  it('ranks by the nearest rank', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => measured(20 - index));

    expect(distribution(twenty, 'none')).toEqual({
      n: 20,
      seen: 20,
      p50Ms: measured(10),
      p95Ms: measured(19),
      maxMs: measured(20),
    });
  });

  it('of one value is that value', () => {
    expect(distribution([measured(7)], 'none')).toEqual({
      n: 1,
      seen: 1,
      p50Ms: measured(7),
      p95Ms: measured(7),
      maxMs: measured(7),
    });
  });

  it('counts what never ended as longer than all else', () => {
    const found = distribution([NEVER, measured(3), measured(1)], 'none');

    expect(found).toMatchObject({ n: 3, seen: 2, p50Ms: measured(3) });
    expect(found.p95Ms).toEqual(notReached('1 of 3 did not come to it: the run ended'));
    expect(found.maxMs.kind).toBe('not-reached');
  });

  it('says of how many which reason is true, where they differ', () => {
    const late = notReached('the answer came too late');

    expect(distribution([late, NEVER, NEVER], 'none').maxMs).toEqual(
      notReached('3 of 3 did not come to it: the run ended (2); the answer came too late (1)'),
    );
  });

  it('leaves out what cannot be told', () => {
    const found = distribution([noData('no CPU was read'), measured(4)], 'none');

    expect(found).toMatchObject({ n: 1, p95Ms: measured(4) });
  });

  it.each([
    { name: 'nothing', durations: [], because: 'nothing scaled' },
    { name: 'what cannot be told', durations: [noData('by hand')], because: 'by hand' },
  ])('of $name is absent with the reason', ({ durations, because }) => {
    const found = distribution(durations, 'nothing scaled');

    expect(found).toMatchObject({ n: 0, seen: 0, p50Ms: noData(because), maxMs: noData(because) });
  });
});
