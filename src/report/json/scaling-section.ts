/** `report.json`: what the HPA and the cluster did. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { mapMeasure } from '../../analysis/measure.js';
import type { ScaleDown } from '../../analysis/scale-down.js';
import { SCALE_UP_STAGES, type ScaleUp } from '../../analysis/scale-up.js';
import { loadChangeFigure, loadChangeJson, responseTimes } from './load-section.js';
import { atMs, count, countFigure, figure, instant, measure, number } from './values.js';

const stage = z.strictObject({
  name: z.enum(SCALE_UP_STAGES),
  seen: measure(
    z.strictObject({
      atMs,
      sinceChangeMs: number.describe('Since the load change.'),
      lengthMs: number.describe('Since the stage before it that was seen.'),
      evidence: z.string(),
    }),
  ),
});

const scaleUp = z.strictObject({
  from: count,
  to: count,
  decisionAtMs: atMs,
  loadChange: loadChangeFigure,
  reason: measure(z.string()).describe('Why the HPA chose that size.'),
  latencyMs: figure.describe('From the load change to that many pods ready.'),
  stages: z.array(stage),
  pods: z.array(
    z.strictObject({
      name: z.string(),
      createdAtMs: atMs,
      scheduledAtMs: instant,
      startedAtMs: instant,
      readyAtMs: instant,
      endpointAtMs: instant,
    }),
  ),
  responseTimesWhileWaiting: measure(responseTimes),
});

const scaleDown = z.strictObject({
  from: count,
  to: count,
  decisionAtMs: atMs,
  loadChange: loadChangeFigure,
  reason: measure(z.string()),
  changeToDecisionMs: figure,
  decisionToGoneMs: figure,
});

/** Fields of `report.json` about scaling. */
export const scalingFields = {
  cpuTarget: measure(
    z.strictObject({
      utilizationPercent: number,
      requestMillicores: number,
      tolerance: number.describe('0.1 is 10 %.'),
    }),
  ),
  scaleUps: z.array(scaleUp),
  scaleDowns: z.array(scaleDown),
  replicas: z.strictObject({
    initialDesired: countFigure,
    peakDesired: countFigure,
    peakReady: countFigure,
    settled: measure(z.strictObject({ replicas: count, unchangedForMs: number })),
  }),
  stability: z.strictObject({
    rescales: count,
    scaleUps: count,
    scaleDowns: count,
    directionChanges: count,
  }),
};

const scalingSection = z.strictObject(scalingFields);

/** Scaling as data. */
export function scalingJson(analysis: Analysis): z.output<typeof scalingSection> {
  return {
    cpuTarget: analysis.target,
    scaleUps: analysis.scaleUps.map(scaleUpJson),
    scaleDowns: analysis.scaleDowns.map(scaleDownJson),
    replicas: analysis.replicas,
    stability: analysis.stability,
  };
}

function scaleUpJson(of: ScaleUp): z.output<typeof scaleUp> {
  const { from, to, decisionT, change, reason, latencyMs, stages, pods } = of;
  return {
    from,
    to,
    decisionAtMs: decisionT,
    loadChange: mapMeasure(change, loadChangeJson),
    reason,
    latencyMs,
    stages: stages.map(({ name, seen }) => ({
      name,
      seen: mapMeasure(seen, ({ t, sinceChangeMs, lengthMs, evidence }) => {
        return { atMs: t, sinceChangeMs, lengthMs, evidence };
      }),
    })),
    pods: pods.map((pod) => ({
      name: pod.name,
      createdAtMs: pod.createdT,
      scheduledAtMs: pod.scheduledT,
      startedAtMs: pod.startedT,
      readyAtMs: pod.readyT,
      endpointAtMs: pod.endpointT,
    })),
    responseTimesWhileWaiting: of.responseTimesWhileWaiting,
  };
}

function scaleDownJson({ decisionT, change, ...rest }: ScaleDown): z.output<typeof scaleDown> {
  return { ...rest, decisionAtMs: decisionT, loadChange: mapMeasure(change, loadChangeJson) };
}
