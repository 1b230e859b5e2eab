/** `report.json`: what the run cost, and by which prices. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { count, countFigure, figure, measure, number } from './values.js';

const price = z.strictObject({
  book: z.string(),
  title: z.string(),
  region: z.string().optional(),
  billing: z.enum(['pods', 'nodes']),
  node: z.string().optional(),
  note: z.string().optional(),
  currency: z.string(),
  asOf: z.string(),
  source: z.string(),
});

/** Fields of `report.json` about cost. */
export const costFields = {
  cost: z
    .strictObject({
      price: measure(price),
      podSeconds: number,
      nodeSeconds: figure,
      peakNodes: countFigure,
      estimatedCost: figure.describe(
        'Of the observed time, the fee of the control plane included.',
      ),
      clusterFee: figure.describe('The part of it that is the fee.'),
      estimatedCostPerHour: figure,
      perMonth: measure(
        z.strictObject({
          total: number,
          lowPerHour: number,
          highPerHour: number,
          model: z.string(),
        }),
      ).describe('Modelled: 30 equal days.'),
      goodRequests: measure(z.strictObject({ count, by: z.enum(['slo', 'answered']) })),
      perMillionRequests: figure,
      idleShare: figure.describe('Of what is paid for, what nobody used, weighed by price.'),
    })
    .describe('Modelled from list prices; amounts are in price.currency.'),
};

const costSection = z.strictObject(costFields);

/** Cost as data. */
export function costJson({ cost }: Analysis): z.output<typeof costSection> {
  // The rate over time is a series; the HTML report draws it.
  const { ratePerHour: _, ...figures } = cost;
  return { cost: figures };
}
