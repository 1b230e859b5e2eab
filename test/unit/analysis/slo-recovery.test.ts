import { describe, expect, it } from 'vitest';
import { measured } from '../../../src/analysis/measure.js';
import type { SloSecond } from '../../../src/analysis/slo.js';
import { sloRecovery } from '../../../src/analysis/slo-recovery.js';

/** One letter a second from t = 0: `+` held, `-` broken, a space was not told. */
function seconds(letters: string): readonly SloSecond[] {
  return letters.split('').flatMap((letter, second) => {
    const isHeld = letter === '+';
    const good = isHeld ? 10 : 5;
    return letter === ' ' ? [] : [{ t: second * 1_000, good, goodAtMost: good, total: 10, isHeld }];
  });
}

describe('the recovery of an SLO', () => {
  it.each([
    {
      name: 'is the first of five seconds in a row that hold',
      letters: '++---+++++++',
      expected: { kind: 'violated', violatedT: 2_000, recoveredT: measured(5_000) },
    },
    {
      name: 'is not one second that holds by luck',
      letters: '++--++++-+++++',
      expected: { kind: 'violated', violatedT: 2_000, recoveredT: measured(9_000) },
    },
    {
      name: 'is not across seconds that were not told',
      letters: '++-+++  +++++++',
      expected: { kind: 'violated', violatedT: 2_000, recoveredT: measured(8_000) },
    },
    {
      name: 'may come after the span in which the violation was looked for',
      letters: '+++++++++-------+++++',
      expected: { kind: 'violated', violatedT: 9_000, recoveredT: measured(16_000) },
    },
    { name: 'has nothing to be of when all held', letters: '++++++', expected: { kind: 'held' } },
    {
      name: 'does not count a violation after the span',
      letters: '++++++++++++-+++++',
      expected: { kind: 'held' },
    },
    { name: 'of no seconds has nothing to be of', letters: '', expected: { kind: 'held' } },
  ])('$name', ({ letters, expected }) => {
    expect(sloRecovery(seconds(letters), { fromT: 1_000, toT: 10_000 })).toEqual(expected);
  });

  it('does not count a violation before the span', () => {
    expect(sloRecovery(seconds('--+++++'), { fromT: 2_000, toT: 9_000 })).toEqual({ kind: 'held' });
  });

  it('is not reached when the load ends first', () => {
    const found = sloRecovery(seconds('++-++++'), { fromT: 0, toT: 9_000 });

    expect(found).toMatchObject({ violatedT: 2_000, recoveredT: { kind: 'not-reached' } });
  });
});
