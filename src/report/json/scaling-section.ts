/** `report.json`: what the HPA and the cluster did. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { mapMeasure } from '../../analysis/measure.js';
import { ADDED_POD_STAGES } from '../../analysis/added-pod.js';
import { REMOVED_POD_STAGES } from '../../analysis/removed-pod.js';
import { SCALE_DOWN_STAGES, type ScaleDown } from '../../analysis/scale-down.js';
import { SCALE_UP_STAGES, type ScaleUp } from '../../analysis/scale-up.js';
import { loadChangeFigure, loadChangeJson, responseTimes } from './load-section.js';
import { stabilityFields, stabilityJson } from './stability-section.js';
import { stageJson, stageValue, stepTimesJson, stepTimesValue } from './stage-values.js';
import { atMs, count, countFigure, figure, instant, measure, number } from './values.js';

const author = z
  .enum(['hpa', 'other', 'unknown'])
  .describe('Who set the size: the HPA, someone else (kubectl scale), or not on record.');

const scaleUp = z.strictObject({
  from: count,
  to: count,
  decisionAtMs: atMs,
  author,
  loadChange: loadChangeFigure,
  earlierStep: z
    .strictObject({ to: count, decisionAtMs: atMs })
    .optional()
    .describe('The step before it for the same load change.'),
  reason: measure(z.string()).describe('Why the HPA chose that size.'),
  latencyMs: figure.describe('From the load change to that many pods ready.'),
  recoveryMs: figure.describe('From the first second that broke the SLO until it held again.'),
  stages: z.array(stageValue(z.enum(SCALE_UP_STAGES))),
  pods: z.array(
    z.strictObject({
      name: z.string(),
      createdAtMs: atMs,
      scheduledAtMs: instant,
      startedAtMs: instant,
      readyAtMs: instant,
      endpointAtMs: instant,
      firstRequestAtMs: instant,
      stages: z.array(stageValue(z.enum(ADDED_POD_STAGES))),
    }),
  ),
  responseTimesWhileWaiting: measure(responseTimes),
});

const scaleDown = z.strictObject({
  from: count,
  to: count,
  decisionAtMs: atMs,
  author,
  loadChange: loadChangeFigure,
  reason: measure(z.string()),
  changeToDecisionMs: figure,
  decisionToGoneMs: figure,
  latencyMs: figure.describe('From the load drop to the last of the removed pods gone.'),
  stages: z.array(stageValue(z.enum(SCALE_DOWN_STAGES))),
  pods: z.array(
    z.strictObject({
      name: z.string(),
      terminatingAtMs: instant,
      outOfEndpointsAtMs: instant,
      lastRequestAtMs: instant,
      goneAtMs: instant,
      latencyMs: figure.describe('From the decision to gone.'),
      stages: z.array(stageValue(z.enum(REMOVED_POD_STAGES))),
    }),
  ),
});

const replicas = z.strictObject({
  initialDesired: countFigure,
  peakDesired: countFigure,
  peakReady: countFigure,
  meanReady: figure,
  settled: measure(z.strictObject({ replicas: count, unchangedForMs: number })),
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
  scaleUpTimes: stepTimesValue,
  scaleDowns: z.array(scaleDown),
  scaleDownTimes: stepTimesValue,
  replicas,
  replicasByStage: measure(z.array(z.strictObject({ stage: z.string(), figures: replicas }))),
  ...stabilityFields,
};

const scalingSection = z.strictObject(scalingFields);

/** Scaling as data. */
export function scalingJson(analysis: Analysis): z.output<typeof scalingSection> {
  return {
    cpuTarget: analysis.target,
    scaleUps: analysis.scaleUps.map(scaleUpJson),
    scaleUpTimes: stepTimesJson(analysis.scaleUpTimes),
    scaleDowns: analysis.scaleDowns.map(scaleDownJson),
    scaleDownTimes: stepTimesJson(analysis.scaleDownTimes),
    replicas: analysis.replicas,
    replicasByStage: mapMeasure(analysis.replicasByStage, (all) => [...all]),
    ...stabilityJson(analysis),
  };
}

function scaleUpJson(of: ScaleUp): z.output<typeof scaleUp> {
  const { from, to, decisionT, author: by, change, earlierStep, reason } = of;
  return {
    from,
    to,
    decisionAtMs: decisionT,
    author: by,
    loadChange: mapMeasure(change, loadChangeJson),
    ...(earlierStep === undefined
      ? {}
      : { earlierStep: { to: earlierStep.to, decisionAtMs: earlierStep.decisionT } }),
    reason,
    latencyMs: of.latencyMs,
    recoveryMs: of.recoveryMs,
    stages: of.stages.map(stageJson),
    pods: of.pods.map((pod) => ({
      name: pod.name,
      createdAtMs: pod.createdT,
      scheduledAtMs: pod.scheduledT,
      startedAtMs: pod.startedT,
      readyAtMs: pod.readyT,
      endpointAtMs: pod.endpointT,
      firstRequestAtMs: pod.firstRequestT,
      stages: pod.stages.map(stageJson),
    })),
    responseTimesWhileWaiting: of.responseTimesWhileWaiting,
  };
}

function scaleDownJson(of: ScaleDown): z.output<typeof scaleDown> {
  const { decisionT, author: by, change, stages, pods, ...rest } = of;
  return {
    ...rest,
    decisionAtMs: decisionT,
    author: by,
    loadChange: mapMeasure(change, loadChangeJson),
    stages: stages.map(stageJson),
    pods: pods.map((pod) => ({
      name: pod.name,
      terminatingAtMs: pod.terminatingT,
      outOfEndpointsAtMs: pod.outOfEndpointsT,
      lastRequestAtMs: pod.lastRequestT,
      goneAtMs: pod.goneT,
      latencyMs: pod.latencyMs,
      stages: pod.stages.map(stageJson),
    })),
  };
}
