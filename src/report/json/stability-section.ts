/** `report.json`: how steadily the HPA steered and how well the size fitted the load. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { mapMeasure } from '../../analysis/measure.js';
import { loadChangeJson, loadChangeValue } from './load-section.js';
import { distributionValue } from './stage-values.js';
import { count, figure, measure, number } from './values.js';

const provisioning = z.strictObject({
  accuracy: number.describe('Mean of the pods missing (or too many) as a share of the demand.'),
  pods: number.describe('Mean number of pods missing (or too many).'),
  timeshare: number.describe('Share of the time in which any was.'),
});

const stability = z.strictObject({
  rescales: count.describe('Of the HPA.'),
  scaleUps: count,
  scaleDowns: count,
  directionChanges: count,
  byOthers: count.describe('Sizes that someone else set.'),
  thrashPerHour: figure.describe('Direction changes an hour, since the load began.'),
  overshoot: measure(
    z.strictObject({
      replicas: count,
      peak: count,
      needed: count,
      against: z.enum(['demand', 'settled']),
      loadChange: loadChangeValue,
    }),
  ),
  settlings: z.array(z.strictObject({ loadChange: loadChangeValue, settlingMs: figure })),
  settlingTime: distributionValue,
  limited: z
    .strictObject({
      from: measure(z.enum(['decisions', 'conditions'])),
      policyMs: figure,
      stabilizationMs: figure,
      toleranceMs: figure,
      maxMs: figure,
    })
    .describe('How long the HPA was held to another size than its metrics asked for.'),
});

const elasticity = z.strictObject({
  under: provisioning,
  over: provisioning,
  instability: number,
  jitterPerHour: number,
  baseline: z.strictObject({ replicas: count, under: provisioning, over: provisioning }),
  speedup: figure,
  isDemandMeasured: z.boolean(),
});

/** Fields of `report.json` about steadiness and fit. */
export const stabilityFields = { stability, elasticity: measure(elasticity) };

const stabilitySection = z.strictObject(stabilityFields);

/** Steadiness and fit as data. */
export function stabilityJson(analysis: Analysis): z.output<typeof stabilitySection> {
  const { overshoot, overshoots: _, settlings, ...figures } = analysis.stability;
  return {
    stability: {
      ...figures,
      overshoot: mapMeasure(overshoot, ({ change, ...rest }) => {
        return { ...rest, loadChange: loadChangeJson(change) };
      }),
      settlings: settlings.map(({ change, settlingMs }) => {
        return { loadChange: loadChangeJson(change), settlingMs };
      }),
    },
    elasticity: analysis.elasticity,
  };
}
