/** `report.json`: the analysis for other programs. */
import type { Analysis } from '../analysis/analyze.js';
import type { LoadChange } from '../analysis/load-changes.js';
import { mapMeasure } from '../analysis/measure.js';
import type { LoadStretch } from '../analysis/requests.js';
import { experimentOf } from '../analysis/run-facts.js';
import type { ScaleDown } from '../analysis/scale-down.js';
import type { ScaleUp } from '../analysis/scale-up.js';
import type { Timeline } from '../timeline/record.js';
import { REPORT_SCHEMA_VERSION, type JsonReport } from './json-schema.js';
import { provenance } from './provenance.js';

export { reportJsonSchema } from './json-schema.js';

/** The report of a run as data; `reportJsonSchema` describes it. */
export function jsonReport(timeline: Timeline, analysis: Analysis): JsonReport {
  const { header } = timeline;
  const { real, modelled, missing } = provenance(timeline, analysis);
  const { environment } = header;
  return {
    schemaVersion: REPORT_SCHEMA_VERSION,
    experiment: mapMeasure(experimentOf(timeline), ({ name, question }) => ({ name, question })),
    run: {
      id: header.runId,
      startedAt: header.startedAt,
      outcome: analysis.completeness,
      observedMs: analysis.observed.toT - analysis.observed.fromT,
      loadStartAtMs: analysis.loadStartT,
    },
    environment: { ...environment, missing: [...environment.missing] },
    provenance: { real: [...real], modelled: [...modelled], missing: [...missing] },
    generator: analysis.generator,
    cpuTarget: analysis.target,
    loadChanges: mapMeasure(analysis.loadChanges, (changes) => changes.map(loadChangeJson)),
    scaleUps: analysis.scaleUps.map(scaleUpJson),
    scaleDowns: analysis.scaleDowns.map(scaleDownJson),
    replicas: analysis.replicas,
    stability: analysis.stability,
    load: {
      whole: mapMeasure(analysis.wholeLoad, stretchJson),
      aroundPeak: mapMeasure(analysis.aroundPeak, (peak) => ({
        thresholdPerSecond: peak.thresholdPerSecond,
        before: mapMeasure(peak.before, stretchJson),
        in: mapMeasure(peak.in, stretchJson),
        after: mapMeasure(peak.after, stretchJson),
      })),
      stretches: mapMeasure(analysis.stretches, (all) => all.map(stretchJson)),
    },
    readiness: readinessJson(analysis),
    cost: analysis.cost,
    gaps: analysis.gaps.map(({ source, fromT, t, because }) => ({
      source,
      fromMs: fromT,
      toMs: t,
      because,
    })),
    notes: [...analysis.notes],
  };
}

type ChangeJson = Extract<JsonReport['loadChanges'], { kind: 'measured' }>['value'][number];

function loadChangeJson({ t, ...change }: LoadChange): ChangeJson {
  return { atMs: t, ...change };
}

function scaleUpJson(scaleUp: ScaleUp): JsonReport['scaleUps'][number] {
  const { from, to, decisionT, change, reason, latencyMs, stages, pods } = scaleUp;
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
    responseTimesWhileWaiting: scaleUp.responseTimesWhileWaiting,
  };
}

function scaleDownJson({
  decisionT,
  change,
  ...rest
}: ScaleDown): JsonReport['scaleDowns'][number] {
  return { ...rest, decisionAtMs: decisionT, loadChange: mapMeasure(change, loadChangeJson) };
}

type StretchJson = Extract<JsonReport['load']['whole'], { kind: 'measured' }>['value'];

function stretchJson(stretch: LoadStretch): StretchJson {
  const { name, fromT, toT, plannedPerSecond, responseTimes } = stretch;
  const { due, sent, dropped, unsent, late, unanswered, errors, errorShare } = stretch;
  return {
    name,
    fromMs: fromT,
    toMs: toT,
    plannedPerSecond,
    requests: {
      due,
      sent,
      dropped,
      unsent,
      late,
      unanswered,
      answeredByStatusClass: { ...stretch.answered },
      failedByKind: { ...stretch.failed },
      failed: stretch.failedTotal,
      errors,
      errorShare,
    },
    responseTimes,
  };
}

function readinessJson({ readiness }: Analysis): JsonReport['readiness'] {
  return {
    flapWindowMs: readiness.windowMs,
    flaps: readiness.flaps.map(({ pod, unreadyT, forMs, hasRestarted }) => {
      return { pod, unreadyAtMs: unreadyT, forMs, hasRestarted };
    }),
    losses: readiness.losses,
    outOfRotationMs: readiness.outOfRotationMs,
    restarts: readiness.restarts,
    restartsByPod: { ...readiness.restartsByPod },
  };
}
