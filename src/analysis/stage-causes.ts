/** Whose delay a stage was, in one sentence each. */
import { formatDurationMs } from '../core/duration.js';
import type { KubeEventRecord } from '../timeline/record.js';
import type { Held, Hold } from './hpa-holds.js';
import type { LoadChange } from './load-changes.js';
import type { PodHistory } from './pod-history.js';
import { podEvents } from './scale-pods.js';
import { UPSTREAM_SYNC_PERIOD_MS, type ProbeTimes, type ScalingFacts } from './scaling-facts.js';
import type { StageSpan } from './stages.js';

/** What sentences are made from. */
export interface CauseFacts {
  readonly facts: ScalingFacts;
  readonly events: readonly KubeEventRecord[];
  /** By decisions on record, else by conditions; empty when neither is. */
  readonly held: readonly Held[];
  /** True when `held` is of decisions: then every sync is in it. */
  readonly hasDecisions: boolean;
}

/** From the load change to the first reading of usage that shows it. */
export function readingCause(
  change: LoadChange | undefined,
  readingMs: number | undefined,
  { startT, t }: StageSpan,
): string {
  const reading =
    readingMs === undefined
      ? 'readings of the true CPU usage'
      : `readings of the true CPU usage, each over ${formatDurationMs(readingMs)}`;
  if (change !== undefined && change.overMs > 0 && t - startT > (readingMs ?? 0)) {
    return `load: it changed over ${formatDurationMs(change.overMs)}, not at once`;
  }
  return `load: CPU usage follows it; the rest is ${reading}`;
}

/** From true usage to the metrics API. */
export function metricCause(windowMs: number | undefined, { facts }: CauseFacts): string {
  const { metricsResolutionMs } = facts;
  const every =
    metricsResolutionMs === undefined
      ? ''
      : `, new every ${formatDurationMs(Math.round(metricsResolutionMs / 100) * 100)}`;
  const mean = windowMs === undefined ? '' : ` means over ${formatDurationMs(windowMs)}`;
  return `metrics resolution: the metrics API gives${mean}${every}`;
}

const HOLD_WORDS: Readonly<Record<Hold, string>> = {
  stabilization: 'stabilization',
  policy: 'a scaling policy',
  tolerance: 'tolerance',
  max: 'maxReplicas',
  min: 'minReplicas',
  metrics: 'pods without a usable metric',
};

/** From the metric to the decision: what held the HPA, else its sync period. */
export function decisionCause(way: 'up' | 'down', span: StageSpan, of: CauseFacts): string {
  const sync = syncText(of.facts);
  const before = of.held.filter(({ t, isRescale }) => t >= span.startT && t < span.t && !isRescale);
  const hold = mostFrequent(before);
  if (hold !== undefined) {
    const { name, reason, times } = hold;
    const windowMs = way === 'up' ? of.facts.upWindowMs : of.facts.downWindowMs;
    const window =
      name === 'stabilization' && windowMs !== undefined && windowMs > 0
        ? `, window of ${formatDurationMs(windowMs)}`
        : '';
    const often = of.hasDecisions ? ` in ${times} of ${plural(before.length, 'sync')}` : '';
    return `HPA: ${HOLD_WORDS[name]} (${reason}${window}) held it back${often}; ${sync}`;
  }
  if (of.hasDecisions && before.length > 0) {
    return `HPA: it asked for the same size in ${plural(before.length, 'sync')}; ${sync}`;
  }
  const windowMs = way === 'up' ? of.facts.upWindowMs : of.facts.downWindowMs;
  const periodMs = of.facts.syncPeriodMs ?? UPSTREAM_SYNC_PERIOD_MS;
  // a sync drifts by what it takes
  const isOneSync = span.t - span.startT <= 1.1 * periodMs;
  if (isOneSync) return `HPA: ${sync}`;
  return windowMs === undefined || windowMs === 0
    ? `HPA: ${sync}, and more than one sync passed`
    : `HPA: scale-${way} stabilization, window of ${formatDurationMs(windowMs)}; ${sync}`;
}

function syncText({ syncPeriodMs }: ScalingFacts): string {
  return syncPeriodMs === undefined
    ? `it syncs every ${formatDurationMs(UPSTREAM_SYNC_PERIOD_MS)} unless the controller is set otherwise`
    : `it syncs every ${formatDurationMs(syncPeriodMs)}`;
}

interface FrequentHold {
  readonly name: Hold;
  readonly reason: string;
  readonly times: number;
}

function mostFrequent(held: readonly Held[]): FrequentHold | undefined {
  const times = new Map<string, FrequentHold>();
  for (const { holds, reasons } of held) {
    holds.forEach((name, index) => {
      const reason = reasons[index] ?? name;
      times.set(reason, { name, reason, times: (times.get(reason)?.times ?? 0) + 1 });
    });
  }
  return [...times.values()].sort((a, b) => b.times - a.times)[0];
}

/** From the new size to objects for the pods. */
export const CREATION_CAUSE = 'controllers: the Deployment and its ReplicaSet make the pods';

/** From created to a node: capacity when the scheduler said it lacked some. */
export function schedulingCause(pod: PodHistory | undefined, t: number, of: CauseFacts): string {
  const failed =
    pod === undefined
      ? []
      : podEvents(of.events, pod.name, { reasons: ['FailedScheduling'], untilT: t });
  const message = failed.at(-1)?.message;
  return message === undefined
    ? 'scheduler: it finds a node'
    : `node capacity: ${sentence(message)}`;
}

/** From a node to running containers: the image where the kubelet said how long it took. */
export function startCause(pod: PodHistory | undefined, t: number, of: CauseFacts): string {
  if (pod === undefined) return 'kubelet: it starts the containers';
  const reasons = ['Pulled', 'BackOff', 'Failed', 'ErrImagePull', 'FailedMount'];
  const message = podEvents(of.events, pod.name, { reasons, untilT: t }).at(-1)?.message;
  return message === undefined
    ? 'kubelet: it starts the containers'
    : `kubelet: it starts the containers (${sentence(message)})`;
}

/** From running containers to ready: start-up and probes, and restarts on the way. */
export function readyCause(
  pod: PodHistory | undefined,
  { startT, t }: StageSpan,
  { facts }: CauseFacts,
): string {
  const restarts = (pod?.restarts ?? []).filter((restart) => restart.t <= t);
  const count = restarts.reduce((sum, restart) => sum + restart.count, 0);
  if (count > 0) return `service: it restarted ${plural(count, 'time')} before it was ready`;
  const { template } = facts;
  if (template === undefined) {
    return 'service start-up, and its readiness probe (the header holds no Deployment to say which)';
  }
  const { readiness, startup } = template;
  if (startup !== undefined) {
    return `service start-up: a startup probe ${probeText(startup)} had to succeed first`;
  }
  if (readiness === undefined) return 'kubelet: without a readiness probe a running pod is ready';
  return readiness.initialDelayMs * 2 > t - startT
    ? `readiness probe: ${probeText(readiness)}`
    : `service start-up: a readiness probe ${probeText(readiness)} found it ready`;
}

function probeText({ initialDelayMs, periodMs }: ProbeTimes): string {
  const first = initialDelayMs === 0 ? '' : `from ${formatDurationMs(initialDelayMs)} on `;
  return `${first}every ${formatDurationMs(periodMs)}`;
}

/** From ready to the Service's endpoints. */
export const ENDPOINT_CAUSE = 'controllers: the endpoints of the Service follow its pods';

/** From the endpoints to a request. */
export function requestCause({ facts }: CauseFacts): string {
  const { connections } = facts;
  if (connections === 'keep-alive') {
    return 'connections: they are kept alive, and a Service balances new connections only';
  }
  return connections === undefined
    ? 'Service: it sends part of the new connections there'
    : 'Service: each request is a new connection and any pod may get it';
}

/** From the new size to pods told to end. */
export const REMOVAL_CAUSE = 'controllers: the ReplicaSet chooses pods and deletes them';

/** From out of the endpoints to the last request. */
export const LAST_REQUEST_CAUSE = 'service: it finished what it had taken, to the second';

/** From the last request to the end of the process. */
export function shutdownCause({ startT, t }: StageSpan): string {
  return `service: it shut down in ${formatDurationMs(t - startT)} after that, within its grace period`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A message within a sentence: without its full stop. */
function sentence(message: string): string {
  return message.replace(/\.\s*$/, '');
}
