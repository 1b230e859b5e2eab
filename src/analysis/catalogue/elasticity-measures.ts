/** Named measures of elasticity, in the words of the SPEC Research Group. */
import type { Elasticity } from '../elasticity.js';
import { measured, type Measure } from '../measure.js';
import type { MeasureDefinition } from './definition.js';

const SPEC = 'Herbst et al., "Ready for Rain?", SPEC-RG-2016-01';
const BUNGEE = 'NikolasHerbst/BUNGEE';
const SYMBOLS =
  'd: demand, by the demand curve at the rate of each second of the load; s: ready pods; T: length of the load';

function elasticityMeasure(
  texts: Pick<MeasureDefinition, 'name' | 'unit' | 'better' | 'summary' | 'formula'> & {
    readonly from: string;
    readonly absentWhen?: string;
  },
  of: (elasticity: Elasticity) => Measure,
): MeasureDefinition {
  const { from, absentWhen = '', ...rest } = texts;
  return {
    ...rest,
    name: `elasticity.${texts.name}`,
    formula: `${texts.formula}. ${SYMBOLS}`,
    source: `experiment (demandCurve, load), pod records; ${from}`,
    needs: 'demandCurve',
    absentWhen: `the experiment names no demand curve, or the load went beyond it${absentWhen}`,
    needsPunctualSender: true,
    of: ({ elasticity }) => (elasticity.kind === 'measured' ? of(elasticity.value) : elasticity),
  };
}

type Side = 'under' | 'over';

const SIDES: Readonly<Record<Side, { readonly amount: string; readonly words: string }>> = {
  under: { amount: 'max(d - s, 0)', words: 'missing' },
  over: { amount: 'max(s - d, 0)', words: 'too many' },
};

function sideMeasures(side: Side): readonly MeasureDefinition[] {
  const { amount, words } = SIDES[side];
  const is = side === 'under' ? 's < d' : 's > d';
  return [
    elasticityMeasure(
      {
        name: `${side}Provisioning.accuracy`,
        unit: 'share',
        better: 'lower',
        summary: `Pods ${words}, as a share of the demand, on average.`,
        formula: `(1/T) integral of ${amount} / d dt`,
        from: SPEC,
      },
      (of) => measured(of[side].accuracy),
    ),
    elasticityMeasure(
      {
        name: `${side}Provisioning.pods`,
        unit: 'ratio',
        better: 'lower',
        summary: `Pods ${words}, on average.`,
        formula: `(1/T) integral of ${amount} dt`,
        from: `${BUNGEE}, ${side === 'under' ? 'Underprovision' : 'Overprovision'}Accuracy.java`,
      },
      (of) => measured(of[side].pods),
    ),
    elasticityMeasure(
      {
        name: `${side}Provisioning.timeshare`,
        unit: 'share',
        better: 'lower',
        summary: `Share of the time in which pods were ${words}.`,
        formula: `(1/T) integral of [${is}] dt`,
        from: `${SPEC}; ${BUNGEE}, ${side === 'under' ? 'Underprovision' : 'Overprovision'}Timeshare.java`,
      },
      (of) => measured(of[side].timeshare),
    ),
  ];
}

/** How closely supply followed demand. */
export const elasticityMeasures: readonly MeasureDefinition[] = [
  ...sideMeasures('under'),
  ...sideMeasures('over'),
  elasticityMeasure(
    {
      name: 'instability',
      unit: 'share',
      better: 'lower',
      summary:
        'Share of the seconds in which supply and demand did not move in the same direction.',
      formula:
        'share of the seconds, from the second one on, with sgn(change of s) other than sgn(change of d), both sampled at the begin of each second',
      from: SPEC,
    },
    ({ instability }) => measured(instability),
  ),
  elasticityMeasure(
    {
      name: 'jitter',
      unit: 'perHour',
      better: 'neither',
      summary:
        'Pods that came and went beyond what the demand asked for, an hour; negative: fewer.',
      formula: '(sum of |changes of s| - sum of |changes of d|) / T',
      from: `${BUNGEE}, Jitter.java (there a minute)`,
    },
    ({ jitterPerHour }) => measured(jitterPerHour),
  ),
  elasticityMeasure(
    {
      name: 'speedup',
      unit: 'ratio',
      better: 'higher',
      summary: 'How much better than a size that never changes; above 1 autoscaling was better.',
      formula:
        'fourth root of the product of (fixed size / autoscaled) of both accuracies and both timeshares; the fixed size is that of the begin of the load, its figures are computed',
      from: `${SPEC}; Imdoukh et al., Neural Computing and Applications 2019, equation 16`,
      absentWhen: '; or one of the eight figures is 0',
    },
    ({ speedup }) => speedup,
  ),
];
