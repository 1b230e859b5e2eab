/** The search on a cluster: what is deployed, what is sent, what comes of it. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { demandCurveOf } from '../../../src/analysis/capacity.js';
import { cpuScaleOf } from '../../../src/cluster/embedded/deployed-cpu-scale.js';
import type { ClusterTarget } from '../../../src/cluster/target.js';
import { isDeployment } from '../../../src/core/object-guards.js';
import type { KubeObject } from '../../../src/core/objects.js';
import { parseDemandCurve } from '../../../src/experiment/demand-curve-file.js';
import { parseExperiment } from '../../../src/experiment/parse.js';
import { LatencyHistogram } from '../../../src/load/histogram.js';
import { profileOf } from '../../../src/load/profile.js';
import { oneRequest } from '../../../src/load/request-spec.js';
import type { AuditedLoadSummary, LoadPlan, LoadSender } from '../../../src/load/sender.js';
import { capacityJsonSchema, capacityReport } from '../../../src/report/capacity-json.js';
import { capacityText } from '../../../src/report/capacity-text.js';
import { atMostPods, fixedReplicas, runCapacity } from '../../../src/run/run-capacity.js';
import type { Clock } from '../../../src/time/clock.js';

const CAPACITY_A_POD = 40;
const SLO = { responseTimeMs: 300, objective: 0.99 };
const SETTINGS = {
  stepMs: 3_000,
  warmUpMs: 1_000,
  confirmations: 2,
  resolution: 0.05,
  maxTrials: 20,
  maxPerSecond: 10_000,
};
const SERVICE = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'app' } };
const APP = deployment('app', { replicas: 3, paused: false });
const DATABASE = deployment('db', { replicas: 2 });
const HPA = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'app' },
};
const OBJECTS: readonly KubeObject[] = [SERVICE, APP, DATABASE, HPA];

function deployment(name: string, spec: object) {
  const rest = { selector: {}, template: { metadata: {}, spec: { containers: [] } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { ...rest, ...spec },
  };
}

function experiment() {
  const parsed = parseExperiment(
    'name: e\nquestion: How much?\nmanifests: [m]\nunderTest: { deployment: app }\nload: { stages: [{ name: a, kind: constant, rate: 5, duration: 5s }] }\n',
    { fileName: 'x.yaml', resolvePath: (path) => path, measures: [] },
  );
  if (parsed.kind === 'faults') throw new Error('expected an experiment');
  return parsed.experiment;
}

/** Time that passes at once. */
function fastClock(): Clock {
  let nowMs = 0;
  return {
    now: () => nowMs,
    after: () => () => undefined,
    sleep: (ms, signal) => {
      signal?.throwIfAborted();
      nowMs += ms;
      return Promise.resolve();
    },
  };
}

function unused(): never {
  throw new Error('not part of a search');
}

/** A cluster whose pods are ready as soon as they are asked for. */
function cluster() {
  let replicas = 0;
  const applied: (readonly KubeObject[])[] = [];
  const target: ClusterTarget = {
    kind: 'simulated',
    apply: (objects) => {
      applied.push(objects);
      const app = objects.filter(isDeployment).find(({ metadata }) => metadata.name === 'app');
      replicas = app?.spec.replicas ?? 0;
      return Promise.resolve();
    },
    deployment: () => {
      const status = { updatedReplicas: replicas, readyReplicas: replicas };
      const object: unknown = { ...deployment('app', { replicas }), status };
      return Promise.resolve(isDeployment(object) ? object : undefined);
    },
    serviceUrl: () => Promise.resolve('http://127.0.0.1:80'),
    pods: unused,
    podLog: unused,
    podMetrics: unused,
    watch: unused,
    deleteNamespace: unused,
  };
  return { target, applied, replicas: () => replicas };
}

/** Answers in 20 ms up to what the pods hold, else in a second. */
function sender(replicas: () => number, plans: LoadPlan[]): LoadSender<AuditedLoadSummary> {
  return {
    send: (plan, { onSecond }) => {
      plans.push(plan);
      const { load } = plan;
      const limit = CAPACITY_A_POD * replicas();
      const sent =
        load.model === 'closed'
          ? { rate: Math.min(load.concurrency * 10, limit), durationMs: load.durationMs }
          : {
              rate: profileOf(load.profile).peakPerSecond,
              durationMs: profileOf(load.profile).durationMs,
            };
      const due = Math.round(sent.rate);
      const histogram = new LatencyHistogram();
      for (let index = 0; index < due; index++) histogram.recordMs(sent.rate <= limit ? 20 : 1_000);
      const times = { responseTime: histogram.encode(), serviceTime: histogram.encode() };
      const counts = { dropped: 0, unsent: 0, late: 0, unanswered: 0, failed: {}, byPod: {} };
      for (let second = 0; second < sent.durationMs / 1_000; second++) {
        onSecond({ second, due, sent: due, answered: { '2xx': due }, ...counts, ...times });
      }
      const audit = { cpuMs: 1, elapsedMs: 1, maxRssBytes: 1, isSaturated: false };
      return Promise.resolve({ startedAtMs: 0, endedAtMs: 1, engine: 'fake', audit });
    },
  };
}

async function search(replicas: readonly number[], signal = new AbortController().signal) {
  const lab = cluster();
  const plans: LoadPlan[] = [];
  const news: string[] = [];
  const capacities = await runCapacity({
    experiment: experiment(),
    objects: OBJECTS,
    target: lab.target,
    sender: sender(lab.replicas, plans),
    clock: fastClock(),
    slo: SLO,
    replicas,
    settings: SETTINGS,
    onActivity: () => undefined,
    onNews: ({ kind }) => news.push(kind),
    onProgress: () => undefined,
    signal,
  });
  return { capacities, plans, news, applied: lab.applied };
}

describe('a capacity search on a cluster', () => {
  it('finds what each number of pods holds, the fewest first', async () => {
    const { capacities, applied, news } = await search([2, 1]);

    expect(capacities.map(({ replicas }) => replicas)).toEqual([1, 2]);
    expect(applied).toHaveLength(2);
    for (const { replicas, found } of capacities) {
      const low = found.held?.ratePerSecond ?? 0;
      expect(found.kind).toBe('found');
      expect(low).toBeLessThanOrEqual(CAPACITY_A_POD * replicas);
      expect(low).toBeGreaterThan(CAPACITY_A_POD * replicas * 0.94);
    }
    expect(news.filter((kind) => kind === 'found')).toHaveLength(2);
  });

  it('sends a warm-up and a step at one rate, asking what the experiment asks', async () => {
    const { plans } = await search([1]);

    const open = plans.find(({ load }) => load.model === 'open');
    expect(open?.requests).toEqual(oneRequest({ method: 'GET', path: '/', headers: {} }));
    expect(open?.load).toMatchObject({
      profile: {
        stages: [
          { name: 'warm-up', durationMs: 1_000 },
          { name: 'step', durationMs: 3_000 },
        ],
      },
    });
  });

  it('takes out the HPA and fixes the replicas of the service under test alone', () => {
    const objects = fixedReplicas(OBJECTS, { deployment: 'app' }, 2);

    expect(objects).toEqual([SERVICE, { ...APP, spec: { ...APP.spec, replicas: 2 } }, DATABASE]);
  });

  it.each([
    {
      name: "of the experiment's autoscaler, so that runs have the same",
      searched: [1, 2],
      pods: 10,
    },
    { name: 'of the search, where it has more', searched: [1, 11], pods: 11 },
  ])('has the CPU scale for the most pods $name', ({ searched, pods }) => {
    const hpa = { ...HPA, spec: { maxReplicas: 10 } };

    const { because } = cpuScaleOf({
      settings: { cpuScale: 'auto' },
      objects: atMostPods([SERVICE, APP, DATABASE, hpa], { deployment: 'app' }, searched),
    });

    expect(because).toContain(`${pods} pods at `);
  });

  it('stopped before it began finds nothing, and fails at nothing', async () => {
    const { capacities, applied } = await search([1], AbortSignal.abort('SIGINT'));

    expect(capacities).toEqual([]);
    expect(applied).toEqual([]);
  });

  it('is told as text and as JSON that an experiment can name', async () => {
    const { capacities } = await search([1, 2]);
    const result = {
      experiment: { name: 'e', question: 'How much?' },
      startedAt: '2026-01-01T00:00:00.000Z',
      isInterrupted: false,
      environment: { labVersion: '0', nodeVersion: 'v20', platform: 'linux', cores: 2 },
      slo: SLO,
      settings: SETTINGS,
      capacities,
      curve: demandCurveOf(capacities, { upTo: 4, slo: SLO, source: 'x' }),
    };

    const text = capacityText(result, { columns: 100 });
    const json: unknown = JSON.parse(JSON.stringify(capacityReport(result)));
    const validate = new Ajv2020({ strict: false }).compile(capacityJsonSchema());
    validate(json);
    const read = parseDemandCurve(JSON.stringify(json), { fileName: 'c', source: 'c' });

    expect(text).toMatch(
      /1 pod holds \d\d(\.\d)?\/s \(held in 2 of 2 tries\); at \d\d(\.\d)?\/s the SLO was\s+missed/,
    );
    expect(text).toContain('Demand curve');
    expect(text).toMatch(/^ +4 +15\d\/s +modelled/m);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(validate.errors).toBeNull();
    expect(read).toMatchObject({
      kind: 'value',
      value: {
        points: [{ replicas: 1, kind: 'measured' }, { replicas: 2 }, { kind: 'modelled' }, {}],
      },
    });
  });
});
