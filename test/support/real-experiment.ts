/**
 * The recordings of a real cluster (test/vectors/real-cluster) as measured runs that say what was run: its
 * manifests as the README of the recordings tells them, and the load as it was sent.
 */
import type { StageSpec } from '../../src/load/profile-spec.js';
import { defaultEmbeddedSettings } from '../../src/experiment/complete-embedded.js';
import type { Experiment } from '../../src/experiment/experiment.js';
import { phaseStart, recordsOf } from '../../src/analysis/run-facts.js';
import { valueOf } from '../../src/analysis/measure.js';
import type { Timeline } from '../../src/timeline/record.js';
import { anExperiment } from './a-timeline.js';
import { type RealRun, realRun } from './real-run.js';

const NAME = 'web';
const NAMESPACE = 'real';
const PIECE_MS = 15_000;
/** A 2-core machine. */
const NODE = { name: 'lab1', pods: 110, cpuMillicores: 2_000, labels: {}, taints: [] };
/** Nothing listens to what it is called. */
const LABELS = { app: NAME };

/** A recording, with what a run of ours has in its header. */
export function realExperimentRun(run: RealRun): Timeline {
  const timeline = realRun(run);
  const experiment = realExperiment(timeline);
  const hpa = recordsOf(timeline, 'hpa').find(({ spec }) => spec !== undefined)?.spec;
  const { behavior, metrics } = hpa ?? {};
  const spec = { ...hpa, ...(behavior === undefined ? {} : { behavior }), metrics };
  return {
    ...timeline,
    header: {
      ...timeline.header,
      experiment,
      manifests: manifests({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: NAME, namespace: NAMESPACE },
        spec,
      }),
    },
  };
}

/** What was run, of a recording. */
export function realExperiment(timeline: Timeline): Experiment {
  const own = timeline.header.experiment;
  if (isExperiment(own) && own.namespace === NAMESPACE) return own;
  const base = anExperiment();
  const stages = stagesOf(timeline);
  const loadMs = stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const endT = timeline.records.at(-1)?.t ?? 0;
  const loadT = valueOf(phaseStart(timeline, 'load')) ?? 0;
  return {
    ...base,
    name: `real-${timeline.header.runId}`,
    namespace: NAMESPACE,
    deployment: NAME,
    service: NAME,
    hpa: NAME,
    load: {
      ...base.load,
      load: { model: 'open', spacing: 'poisson', profile: { stages } },
      connections: { kind: 'per-request' },
    },
    settleMs: 30_000,
    coolDownMs: Math.max(0, endT - loadT - loadMs),
    embedded: { ...defaultEmbeddedSettings(), nodes: [NODE] },
  };
}

/** The same header with another experiment. */
export function withExperiment(timeline: Timeline, experiment: Experiment): Timeline {
  return { ...timeline, header: { ...timeline.header, experiment } };
}

/** The rates that were sent, which differ a little from those that were planned, over {@link PIECE_MS} each. */
function stagesOf(timeline: Timeline): readonly StageSpec[] {
  const seconds = recordsOf(timeline, 'load');
  return plannedStages(timeline).flatMap(({ name, durationMs }, index, all) => {
    const fromMs = all.slice(0, index).reduce((sum, stage) => sum + stage.durationMs, 0);
    const pieces = Math.max(1, Math.round(durationMs / PIECE_MS));
    return Array.from({ length: pieces }, (_, piece): StageSpec => {
      const first = fromMs + (piece * durationMs) / pieces;
      const last = first + durationMs / pieces;
      const inPiece = seconds.filter(
        ({ load }) => load.second * 1_000 >= first && load.second * 1_000 < last,
      );
      const sent = inPiece.reduce((sum, { load }) => sum + load.sent, 0);
      return {
        kind: 'constant',
        name: `${name}-${piece + 1}`,
        durationMs: durationMs / pieces,
        ratePerSecond: sent / Math.max(1, inPiece.length),
      };
    });
  });
}

function plannedStages({ header }: Timeline): readonly StageSpec[] {
  const { experiment } = header;
  if (!isExperiment(experiment) || experiment.load.load.model !== 'open') return [];
  return experiment.load.load.profile.stages;
}

function isExperiment(value: unknown): value is Experiment {
  return typeof value === 'object' && value !== null && 'load' in value;
}

function manifests(hpa: unknown): readonly unknown[] {
  const metadata = { name: NAME, namespace: NAMESPACE, labels: LABELS };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 3,
        selector: { matchLabels: LABELS },
        template: {
          metadata: { labels: LABELS },
          spec: {
            terminationGracePeriodSeconds: 10,
            containers: [
              {
                name: 'app',
                image: 'web:1',
                ports: [{ name: 'http', containerPort: 8080 }],
                resources: {
                  requests: { cpu: '200m', memory: '256Mi' },
                  limits: { cpu: '500m', memory: '512Mi' },
                },
                livenessProbe: {
                  httpGet: { path: '/healthz', port: 'http' },
                  initialDelaySeconds: 10,
                  periodSeconds: 10,
                },
                readinessProbe: {
                  httpGet: { path: '/ready', port: 'http' },
                  initialDelaySeconds: 5,
                  periodSeconds: 5,
                },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: LABELS, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    hpa,
  ];
}
