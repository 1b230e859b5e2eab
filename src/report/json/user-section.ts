/** `report.json`: what users felt, and what it is put down to. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { FAILURE_CAUSES, type FailureReport } from '../../analysis/failures.js';
import type { Imbalance } from '../../analysis/imbalance.js';
import type { LoadEffect } from '../../analysis/load-effects.js';
import { mapMeasure } from '../../analysis/measure.js';
import { SLO_CAUSES } from '../../analysis/slo-causes.js';
import type { SloFigures } from '../../analysis/slo-figures.js';
import type { SloReport, SloViolation } from '../../analysis/slo-report.js';
import type { StageFigures } from '../../analysis/stage-figures.js';
import {
  loadChangeJson,
  loadChangeValue,
  stretch,
  stretchFigure,
  stretchJson,
} from './load-section.js';
import { atMs, count, counts, figure, measure, number } from './values.js';

const sloFigureFields = {
  seconds: count,
  violationSeconds: count.describe('Seconds in which too few requests were good.'),
  requests: count.describe('Due in them.'),
  goodRequests: count,
  goodShare: figure,
  budgetBurn: figure.describe('1 uses up the error budget of this time exactly.'),
};
const sloFigures = z.strictObject(sloFigureFields).meta({ id: 'sloFigures' });

const cause = z.enum(SLO_CAUSES).meta({
  id: 'sloCause',
  description: 'What was being waited for.',
});
const bad = count.describe('Requests that were not good.');

const violation = z.strictObject({
  fromMs: atMs,
  toMs: atMs,
  violationSeconds: count,
  requests: count,
  bad,
  budgetBurn: figure,
  waits: z.array(
    z.strictObject({
      fromMs: atMs,
      toMs: atMs,
      cause,
      violationSeconds: count,
      bad,
      evidence: z.string(),
    }),
  ),
});

const slo = z.strictObject({
  responseTimeMs: number,
  objective: number.describe('Share of requests that must be good.'),
  ...sloFigureFields,
  violations: z.array(violation),
  byCause: z.array(z.strictObject({ cause, violationSeconds: count, bad })),
});

const loadEffect = z.strictObject({
  loadChange: loadChangeValue,
  before: stretchFigure,
  during: stretchFigure,
  after: stretchFigure,
  until: z.string().describe('What ended `during`.'),
});

const failures = z.strictObject({
  total: count.describe('Failed, or answered 5xx.'),
  byKind: counts,
  byCause: z
    .array(
      z.strictObject({
        cause: z.enum(FAILURE_CAUSES),
        count,
        byKind: counts,
        seconds: count,
        evidence: z.string(),
      }),
    )
    .describe('By what was going on at that time; overlap is evidence, not proof.'),
});

const spread = {
  cv: number.describe('Standard deviation over mean of the answers by pod.'),
  maxOverMean: number,
  cvByChance: number.describe('What picking a pod at random each time would give.'),
};
const imbalance = z.strictObject({
  ...spread,
  stretches: z.array(
    z.strictObject({
      fromMs: atMs,
      toMs: atMs,
      pods: count,
      answers: count,
      answersByPod: counts,
      ...spread,
    }),
  ),
});

/** Fields of `report.json` about users. */
export const userFields = {
  slo: measure(slo),
  loadStages: measure(
    z.array(z.strictObject({ name: z.string(), load: stretch, slo: measure(sloFigures) })),
  ).describe('The load by stage of the plan.'),
  loadEffects: measure(z.array(loadEffect)).describe('Before, during and after each load change.'),
  failures,
  imbalance: measure(imbalance).describe('How unevenly answers were spread over the pods.'),
};

const userSection = z.strictObject(userFields);

/** What users felt, as data. */
export function userJson(analysis: Analysis): z.output<typeof userSection> {
  return {
    slo: mapMeasure(analysis.slo, sloJson),
    loadStages: mapMeasure(analysis.stages, (stages) => stages.map(stageJson)),
    loadEffects: mapMeasure(analysis.loadEffects, (effects) => effects.map(effectJson)),
    failures: failuresJson(analysis.failures),
    imbalance: mapMeasure(analysis.imbalance, imbalanceJson),
  };
}

function sloJson(of: SloReport): z.output<typeof slo> {
  return {
    ...of.settings,
    ...figuresJson(of),
    violations: of.violations.map(violationJson),
    byCause: [...of.byCause],
  };
}

function figuresJson(of: SloFigures): z.output<typeof sloFigures> {
  const { seconds, violationSeconds, total, good, goodShare, budgetBurn } = of;
  return {
    seconds,
    violationSeconds,
    requests: total,
    goodRequests: good,
    goodShare,
    budgetBurn,
  };
}

function violationJson(of: SloViolation): z.output<typeof violation> {
  const { fromT, toT, violationSeconds, total, budgetBurn, waits } = of;
  return {
    fromMs: fromT,
    toMs: toT,
    violationSeconds,
    requests: total,
    bad: of.bad,
    budgetBurn,
    waits: waits.map((wait) => ({
      fromMs: wait.fromT,
      toMs: wait.toT,
      cause: wait.cause,
      violationSeconds: wait.violationSeconds,
      bad: wait.bad,
      evidence: wait.evidence,
    })),
  };
}

function stageJson({ name, load, slo: held }: StageFigures) {
  return { name, load: stretchJson(load), slo: mapMeasure(held, figuresJson) };
}

function effectJson({ change, before, during, after, until }: LoadEffect) {
  return {
    loadChange: loadChangeJson(change),
    before: mapMeasure(before, stretchJson),
    during: mapMeasure(during, stretchJson),
    after: mapMeasure(after, stretchJson),
    until,
  };
}

function failuresJson({ total, byKind, byCause }: FailureReport): z.output<typeof failures> {
  return {
    total,
    byKind: { ...byKind },
    byCause: byCause.map((each) => ({
      cause: each.cause,
      count: each.count,
      byKind: { ...each.byKind },
      seconds: each.seconds,
      evidence: each.evidence,
    })),
  };
}

function imbalanceJson(of: Imbalance): z.output<typeof imbalance> {
  const { cv, maxOverMean, cvByChance, stretches } = of;
  return {
    cv,
    maxOverMean,
    cvByChance,
    stretches: stretches.map((each) => ({
      fromMs: each.fromT,
      toMs: each.toT,
      pods: each.pods,
      answers: each.answers,
      answersByPod: { ...each.byPod },
      cv: each.cv,
      maxOverMean: each.maxOverMean,
      cvByChance: each.cvByChance,
    })),
  };
}
