/** How fast the control plane itself is: modelled pods on virtual time, without HTTP or processes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  NAMESPACE,
  aDeployment,
  controlPlaneLab,
} from '../../src/conformance/controllers/control-plane-lab.js';
import type { ControlPlaneLab } from '../../src/conformance/controllers/control-plane-lab.js';
import { isReady } from '../../src/control-plane/controllers/pod-state.js';
import { DEPLOYMENTS, ENDPOINT_SLICES, SERVICES } from '../../src/control-plane/resources.js';
import type { Service } from '../../src/core/objects.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { type BenchFigure, median } from './figure.js';

const PODS = 1_000;
const ROUNDS = 5;
const HOURS = 8;
const wall = new WallClock();

const SERVICE: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: NAMESPACE },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8_000 }] },
};

/** A thousand pods behind a Service, and eight hours of rollouts and scaling. */
export function benchControlPlane(): readonly BenchFigure[] {
  const rounds = Array.from({ length: ROUNDS }, () => manyPodsMs());
  const churned = churn();
  return [
    {
      name: `${PODS} modelled pods behind a Service: scheduled and Ready`,
      value: median(rounds) / 1_000,
      unit: 's',
      limit: 3,
      note: `${ROUNDS} rounds, the slowest ${(Math.max(...rounds) / 1_000).toFixed(2)} s; 10 nodes`,
    },
    {
      name: `${HOURS} h of churn on virtual time: growth of the heap after the first 4 h`,
      value: churned.growthMb,
      unit: 'MB',
      limit: 5,
      note: `bounded histories and event caches fill up first; ${churned.endMb.toFixed(1)} MB at the end; ${churned.podsMade} pods made, took ${(churned.tookMs / 1_000).toFixed(1)} s`,
    },
  ];
}

/** Ms of real time until every pod is ready and every endpoint says so. */
function manyPodsMs(): number {
  const nodes = Array.from({ length: 10 }, (_, index) => ({
    name: `n${index}`,
    cpu: '64',
    pods: '110',
  }));
  const lab = controlPlaneLab({ nodes });
  const startMs = wall.now();
  lab.api.create(SERVICES, SERVICE);
  lab.api.create(DEPLOYMENTS, aDeployment({ replicas: PODS }));
  for (let step = 0; readyEndpoints(lab) < PODS; step++) {
    if (step > 1_000) throw new Error('expected the pods to get ready');
    lab.clock.advance(250);
  }
  const tookMs = wall.now() - startMs;
  const ready = lab.pods().filter(isReady).length;
  if (ready !== PODS) throw new Error(`expected ${PODS} ready pods, found ${ready}`);
  lab.manager.stop();
  return tookMs;
}

function readyEndpoints({ api }: ControlPlaneLab): number {
  return api
    .list(ENDPOINT_SLICES, { namespace: NAMESPACE })
    .items.flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions.ready === true).length;
}

interface Churned {
  readonly growthMb: number;
  readonly endMb: number;
  readonly podsMade: number;
  readonly tookMs: number;
}

/** Every five minutes a rollout, in between sizes that go up and down, all of it behind a Service. */
function churn(): Churned {
  const lab = controlPlaneLab({ nodes: [{ name: 'n1' }, { name: 'n2' }, { name: 'n3' }] });
  const startMs = wall.now();
  lab.api.create(SERVICES, SERVICE);
  lab.api.create(DEPLOYMENTS, aDeployment({ replicas: 10 }));
  const heaps: number[] = [];
  const names = new Set<string>();
  for (let minute = 0; minute < HOURS * 60; minute++) {
    change(lab, minute);
    lab.clock.advance(60_000);
    for (const { metadata } of lab.pods()) names.add(metadata.name);
    if ((minute + 1) % 60 === 0) heaps.push(heapMb());
  }
  lab.manager.stop();
  const atFourHours = heaps[3] ?? 0;
  const endMb = heaps.at(-1) ?? 0;
  const podsMade = names.size;
  return { growthMb: endMb - atFourHours, endMb, podsMade, tookMs: wall.now() - startMs };
}

function change(lab: ControlPlaneLab, minute: number): void {
  const deployment = lab.deployment();
  const { spec } = deployment;
  const [container] = spec.template.spec.containers;
  if (container === undefined) throw new Error('expected a container');
  const isRollout = minute % 5 === 0;
  const image = isRollout ? `app:${minute}` : container.image;
  const template = { ...spec.template, spec: { containers: [{ ...container, image }] } };
  const replicas = isRollout ? 10 : 10 + (minute % 5) * 5;
  lab.api.update(DEPLOYMENTS, { ...deployment, spec: { ...spec, replicas, template } });
}

/** What is left after a full collection. */
function heapMb(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed / 1e6;
}
