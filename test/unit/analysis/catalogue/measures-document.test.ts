import { describe, expect, it } from 'vitest';
import { measuresDocument } from '../../../../src/analysis/catalogue/measures-document.js';
import type { MeasureDefinition } from '../../../../src/analysis/catalogue/definition.js';
import { noData } from '../../../../src/analysis/measure.js';

const NONE = noData('no run');

function definition(of: Partial<MeasureDefinition> & { readonly name: string }): MeasureDefinition {
  return {
    unit: 'count',
    better: 'neither',
    summary: 'How many.',
    formula: 'a + b',
    source: 'pod records',
    absentWhen: 'never',
    needsPunctualSender: false,
    of: () => NONE,
    ...of,
  };
}

describe('the list of measures', () => {
  it('has a table for each first part of the names, in the order of the catalogue', () => {
    const document = measuresDocument([
      definition({ name: 'pods.count' }),
      definition({ name: 'cost.total', unit: 'currency' }),
      definition({ name: 'pods.mean', unit: 'ratio' }),
    ]);

    expect(document.match(/^## .*$/gm)).toEqual(['## pods', '## cost']);
    expect(document.match(/^\| `[^`]+` \| [^|]+/gm)).toEqual([
      '| `pods.count` | count ',
      '| `pods.mean` | number ',
      '| `cost.total` | money ',
    ]);
    expect(document.endsWith('|\n')).toBe(true);
  });

  it('says which way is better, what exists by stage and what needs a punctual sender', () => {
    const document = measuresDocument([
      definition({
        name: 'pods.count',
        better: 'lower',
        inStage: () => NONE,
        needsPunctualSender: true,
      }),
    ]);

    expect(document).toContain('| How many. *lower is better, by stage, sender* |');
  });

  it('does not let a text end its cell', () => {
    const document = measuresDocument([definition({ name: 'pods.count', formula: '|a| + |b|' })]);

    expect(document).toContain('| \\|a\\| + \\|b\\| |');
  });
});
