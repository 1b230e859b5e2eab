import { describe, expect, it } from 'vitest';
import { measured, notReached, valueOf, type Measure } from '../../../src/analysis/measure.js';
import { stageChain, type FoundStage, type Instant } from '../../../src/analysis/stages.js';

type Name = 'a' | 'b' | 'c';

function stage(name: Name, t: number | undefined): FoundStage<Name> {
  const instant: Measure<Instant> =
    t === undefined ? notReached(`no ${name}`) : measured({ t, evidence: `saw ${name}` });
  return { name, instant, cause: ({ startT, t: endT }) => `${startT} to ${endT}` };
}

function chain(ts: readonly (number | undefined)[], originT: number | undefined) {
  const names: readonly Name[] = ['a', 'b', 'c'];
  const found = names.map((name, index) => stage(name, ts[index]));
  return stageChain(found, { originT, startT: originT });
}

describe('a chain of stages', () => {
  it.each([
    {
      name: 'runs from one to the next',
      ts: [1_100, 1_400, 2_000],
      originT: 1_000,
      expected: [
        [1_000, 1_100, 100],
        [1_100, 1_400, 300],
        [1_400, 2_000, 600],
      ],
    },
    {
      name: 'gives the time of a stage that was not seen to the one after it',
      ts: [1_100, undefined, 2_000],
      originT: 1_000,
      expected: [[1_000, 1_100, 100], undefined, [1_100, 2_000, 900]],
    },
    {
      name: 'begins at the first stage seen where the origin is not known, and that stage has no length',
      ts: [undefined, 1_400, 2_000],
      originT: undefined,
      expected: [undefined, [1_400, 1_400, undefined], [1_400, 2_000, 600]],
    },
    {
      name: 'gives no time to a stage that came before the one it follows',
      ts: [1_800, 1_400, 2_000],
      originT: 1_000,
      expected: [
        [1_000, 1_800, 800],
        [1_800, 1_800, 0],
        [1_800, 2_000, 200],
      ],
    },
  ])('$name', ({ ts, originT, expected }) => {
    const spans = chain(ts, originT).map(({ seen }) => {
      const value = valueOf(seen);
      return value && [value.startT, value.t, value.lengthMs];
    });

    expect(spans).toEqual(expected);
  });

  it('says when a stage really came that came early, unless by the skew of two watches', () => {
    const [, late] = chain([1_800, 1_400, 2_000], 1_000);
    const [, skewed] = chain([1_800, 1_700, 2_000], 1_000);

    expect(valueOf(late!.seen)?.evidence).toBe('saw b, 400ms before the stage it follows');
    expect(valueOf(skewed!.seen)?.evidence).toBe('saw b');
  });

  it('asks for the cause with the span that the stage has in the chain', () => {
    const causes = chain([1_100, undefined, 2_000], 1_000).map(({ seen }) => valueOf(seen)?.cause);

    expect(causes).toEqual(['1000 to 1100', undefined, '1100 to 2000']);
  });
});
