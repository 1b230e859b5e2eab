/** `report.json`: probes, endpoints and saturation. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import type { ExplainedFlap } from '../../analysis/explained-flaps.js';
import { mapMeasure } from '../../analysis/measure.js';
import type { SaturationFigures } from '../../analysis/saturation.js';
import { atMs, count, countFigure, counts, figure, measure, number } from './values.js';

const flap = z.strictObject({
  pod: z.string(),
  unreadyAtMs: atMs,
  forMs: number,
  hasRestarted: z.boolean(),
  around: z
    .strictObject({
      cpuThrottledShare: figure,
      cpuOfLimitShare: figure,
      eventLoopLagMs: figure,
      ratePerSecond: figure,
      probeFailures: countFigure,
      lastProbeFailure: z.string().optional().describe('The last of them in words.'),
    })
    .describe('From 10 s before it until the pod was ready again.'),
  requests: measure(
    z.strictObject({
      due: count,
      failed: count,
      late: countFigure.describe('Answered, but later than the SLO allows.'),
      failedBecauseOfIt: count.describe('Beyond the share that failed before it.'),
      lateBecauseOfIt: countFigure,
    }),
  ),
});

const probes = measure(
  z.strictObject({ readiness: count, liveness: count, startup: count, livenessRestarts: count }),
)
  .meta({ id: 'probeFailures' })
  .describe('Failed probes, by Events.');

const readiness = z.strictObject({
  flapWindowMs: number,
  flaps: z.array(flap),
  losses: count.describe('Times a ready pod stopped being ready without being deleted.'),
  outOfRotationMs: number,
  restarts: count,
  restartsByPod: counts,
  probes,
  pods: z.array(
    z.strictObject({
      pod: z.string(),
      transitions: count,
      flaps: count,
      losses: count,
      outOfRotationMs: number,
      restarts: count,
      probes,
    }),
  ),
});

const endpoints = z.strictObject({
  added: count,
  removed: count,
  churn: countFigure.describe('added + removed.'),
  churnPerHour: figure,
  smallestReadyShare: measure(z.strictObject({ share: number, atMs })),
});

const spread = measure(z.strictObject({ mean: number, p95: number, max: number }))
  .meta({ id: 'spread' })
  .describe('Shares over time; 1 is all of it.');
const saturationFields = {
  cpuOfRequest: spread,
  cpuOfLimit: spread,
  throttledShare: figure,
  memoryOfLimit: spread,
  oomKills: count,
  restarts: count,
};
const saturationFigures = z.strictObject(saturationFields);
const saturation = z.strictObject({
  source: measure(z.enum(['kernel', 'metrics-api', 'prometheus'])),
  ...saturationFields,
  pods: z.array(z.strictObject({ pod: z.string(), ...saturationFields })),
});

/** Fields of `report.json` about the service. */
export const serviceFields = { readiness, endpoints, saturation };

const serviceSection = z.strictObject(serviceFields);

/** The service as data. */
export function serviceJson(analysis: Analysis): z.output<typeof serviceSection> {
  const { readiness: ready, endpoints: churn, saturation: full } = analysis;
  return {
    readiness: {
      flapWindowMs: ready.windowMs,
      flaps: analysis.flaps.map(flapJson),
      losses: ready.losses,
      outOfRotationMs: ready.outOfRotationMs,
      restarts: ready.restarts,
      restartsByPod: { ...ready.restartsByPod },
      probes: ready.probes,
      pods: [...ready.pods],
    },
    endpoints: {
      ...churn,
      smallestReadyShare: mapMeasure(churn.smallestReadyShare, ({ share, t }) => ({
        share,
        atMs: t,
      })),
    },
    saturation: {
      source: full.source,
      ...saturationJson(full),
      pods: full.pods.map((each) => Object.assign({ pod: each.pod }, saturationJson(each))),
    },
  };
}

function flapJson(of: ExplainedFlap): z.output<typeof flap> {
  const { pod, unreadyT, forMs, hasRestarted, around, requests } = of;
  const { cpuOfLimit, ...rest } = around;
  return {
    pod,
    unreadyAtMs: unreadyT,
    forMs,
    hasRestarted,
    around: { ...rest, cpuOfLimitShare: cpuOfLimit },
    requests,
  };
}

function saturationJson(of: SaturationFigures): z.output<typeof saturationFigures> {
  const { cpuOfRequest, cpuOfLimit, throttledShare, memoryOfLimit, oomKills, restarts } = of;
  return { cpuOfRequest, cpuOfLimit, throttledShare, memoryOfLimit, oomKills, restarts };
}
