/** `report.json`: probes and cost. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { atMs, count, counts, figure, measure, number } from './values.js';

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

/** Fields of `report.json` about the service. */
export const serviceFields = {
  readiness: z.strictObject({
    flapWindowMs: number,
    flaps: z.array(
      z.strictObject({
        pod: z.string(),
        unreadyAtMs: atMs,
        forMs: number,
        hasRestarted: z.boolean(),
      }),
    ),
    losses: count.describe('Times a ready pod stopped being ready without being deleted.'),
    outOfRotationMs: number,
    restarts: count,
    restartsByPod: counts,
  }),
  cost: z.strictObject({
    podSeconds: number,
    estimatedCost: figure.describe('Modelled from requests x time x price, in price.currency.'),
    estimatedCostPerHour: figure,
    price: measure(price),
  }),
};

const serviceSection = z.strictObject(serviceFields);

/** The service as data. */
export function serviceJson({ readiness, cost }: Analysis): z.output<typeof serviceSection> {
  return {
    readiness: {
      flapWindowMs: readiness.windowMs,
      flaps: readiness.flaps.map(({ pod, unreadyT, forMs, hasRestarted }) => {
        return { pod, unreadyAtMs: unreadyT, forMs, hasRestarted };
      }),
      losses: readiness.losses,
      outOfRotationMs: readiness.outOfRotationMs,
      restarts: readiness.restarts,
      restartsByPod: { ...readiness.restartsByPod },
    },
    cost: {
      podSeconds: cost.podSeconds,
      estimatedCost: cost.estimatedCost,
      estimatedCostPerHour: cost.estimatedCostPerHour,
      price: cost.price,
    },
  };
}
