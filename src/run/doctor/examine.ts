/** Examines a cluster for an experiment, or on its own: everything that would spoil a run, at once. */
import type { ApiPort } from '../../cluster/api-port.js';
import { LabError } from '../../core/errors.js';
import { valueAt } from '../../core/json.js';
import type { KubeObject } from '../../core/objects.js';
import type { Experiment } from '../../experiment/experiment.js';
import type { Clock } from '../../time/clock.js';
import { ExistingWorkload } from '../real-cluster/existing-workload.js';
import { claimNamespace, type NamespaceClaim } from '../real-cluster/lab-namespace.js';
import { capacityNeeds, checkCapacity, checkQuota } from './capacity-check.js';
import { blocker, type Finding, fine } from './finding.js';
import { checkPermissions } from './permission-check.js';
import { checkClock, checkControllers, checkMetrics, checkServer } from './server-checks.js';

/** What is examined. */
export interface ExaminationOptions {
  readonly api: ApiPort;
  /** Absent: the cluster on its own, for a namespace that would be made. */
  readonly experiment?: Experiment;
  /** The experiment's manifests, prepared; empty for an existing workload. */
  readonly manifests: readonly KubeObject[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What was found. */
export interface Examination {
  readonly findings: readonly Finding[];
  readonly version?: string;
  /** By how much times of the server are put right, ms. */
  readonly skewMs: number;
  /** Of the experiment's namespace; `own` where there is no experiment. */
  readonly claim: NamespaceClaim;
}

const NEW_NAMESPACE = 'hpa-lab';

/** Looks only; nothing is changed on the cluster. */
export async function examine(options: ExaminationOptions): Promise<Examination> {
  const { api, experiment, clock, signal } = options;
  const server = await checkServer(api);
  if (server.finding.level === 'blocker') {
    return { findings: [server.finding], skewMs: 0, claim: 'own' };
  }
  const namespace = experiment?.namespace ?? NEW_NAMESPACE;
  const isExisting = experiment?.isExisting === true;
  const place = isExisting
    ? { claim: 'given' as const, findings: [] }
    : await checkNamespace(api, namespace, { clock, isAsked: experiment !== undefined });
  const needs = {
    namespace,
    isOwnNamespace: place.claim === 'own',
    hasPullSecret: experiment?.cluster?.pullSecret !== undefined,
    isLoadFromCluster: experiment?.load.fromCluster !== undefined,
  };
  const permissions = await checkPermissions(api, needs);
  const { finding: clockFinding, skewMs } = await checkClock(api, clock, signal);
  const workload = await readWorkload(options);
  const serverNowMs = clock.now() + skewMs;
  const isNeeded = scalesByResource(workload.objects);
  const controllers = await checkControllers(api, serverNowMs);
  const findings = [
    server.finding,
    ...permissions,
    ...place.findings,
    ...workload.findings,
    await checkMetrics(api, { serverNowMs, isNeeded }),
    ...(controllers === undefined ? [] : [controllers]),
    ...(await checkRoom(options, workload.objects)),
    clockFinding,
  ];
  const { version } = server;
  return { findings, skewMs, claim: place.claim, ...(version === undefined ? {} : { version }) };
}

async function checkNamespace(
  api: ApiPort,
  namespace: string,
  { clock, isAsked }: { readonly clock: Clock; readonly isAsked: boolean },
): Promise<{ readonly claim: NamespaceClaim; readonly findings: readonly Finding[] }> {
  if (!isAsked) return { claim: 'own', findings: [] };
  try {
    const claim = await claimNamespace(api, namespace, clock.now());
    const text =
      claim === 'own'
        ? `${namespace} is free: it is made for the run and removed after it`
        : `${namespace} was given to the lab: what the run makes in it is removed after it`;
    return { claim, findings: [fine('namespace', text)] };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { claim: 'given', findings: [blocker('namespace', error.message, error.hint ?? '')] };
  }
}

async function readWorkload({ api, experiment, manifests }: ExaminationOptions): Promise<{
  readonly objects: readonly KubeObject[];
  readonly findings: readonly Finding[];
}> {
  if (experiment?.isExisting !== true) return { objects: manifests, findings: [] };
  try {
    const objects = await new ExistingWorkload(api, experiment).read();
    const { deployment, namespace } = experiment;
    return {
      objects,
      findings: [
        fine(
          'workload',
          `Deployment ${namespace}/${deployment}, its HPA and its Service are there`,
        ),
      ],
    };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { objects: [], findings: [blocker('workload', error.message, error.hint ?? '')] };
  }
}

async function checkRoom(
  { api, experiment }: ExaminationOptions,
  objects: readonly KubeObject[],
): Promise<readonly Finding[]> {
  if (experiment === undefined) return [];
  const isPresent = experiment.isExisting === true;
  const needs = capacityNeeds(objects, experiment, isPresent);
  if (needs === undefined) return [];
  const quota = await checkQuota(api, experiment.namespace, needs);
  return [await checkCapacity(api, needs), ...(quota === undefined ? [] : [quota])];
}

/** Whether an HPA among the objects goes by CPU or memory of pods. */
function scalesByResource(objects: readonly KubeObject[]): boolean {
  return objects
    .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
    .some((hpa) => {
      const metrics = valueAt(hpa, ['spec', 'metrics']);
      if (!Array.isArray(metrics)) return true;
      return metrics.some((metric: unknown) =>
        ['Resource', 'ContainerResource'].includes(String(valueAt(metric, ['type']))),
      );
    });
}
