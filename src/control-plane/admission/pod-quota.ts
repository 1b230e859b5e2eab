/** What quotas count of pods. */
import type { Container, Pod, ResourceList } from '../../core/objects.js';
import type { ScopeRequirement } from '../../core/quota-objects.js';
import type { EpochMs } from '../../time/clock.js';
import { isExtendedResource, isHugePages, isNativeResource } from '../kinds/resource-names.js';
import { qosClass } from '../kubelet/quality-of-service.js';
import { PODS } from '../resources.js';
import { jsonObjects, valueAt } from '../schema/json.js';
import { countName } from './quota-evaluator.js';
import type { QuotaEvaluator } from './quota-evaluator.js';
import { podList } from './resource-lists.js';
import type { MutableResourceList } from './resource-lists.js';

const COUNT = countName(PODS);
const REQUESTS = 'requests.';

/** Once a quota limits one of these, every container has to say it. */
const DEMANDED: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]);

const TRACKED: ReadonlySet<string> = new Set([
  ...DEMANDED,
  COUNT,
  PODS.plural,
  'ephemeral-storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
]);

/** @see Source: kubernetes `pkg/quota/v1/evaluator/core/pods.go`, `podEvaluator`. */
export const POD_EVALUATOR: QuotaEvaluator<Pod> = {
  resource: PODS,
  tracks: (name) =>
    TRACKED.has(name) ||
    isHugePages(name) ||
    name.startsWith(`${REQUESTS}hugepages-`) ||
    (name.startsWith(REQUESTS) && !isNativeResource(name)),
  handles: ({ object, old }) => old === undefined || hasDeadline(old) !== hasDeadline(object),
  missing: missingFault,
  isInScope,
  usage(pod, nowMs) {
    if (!isCounted(pod, nowMs)) return { [COUNT]: '1' };
    const requests = podList(pod, 'requests', { withOverhead: true });
    const limits = podList(pod, 'limits', { withOverhead: true });
    return { [COUNT]: '1', ...computeUsage(requests, limits) };
  },
  isFreeing: (pod, previous) =>
    hasDeadline(previous) !== hasDeadline(pod) || (!hasEnded(previous) && hasEnded(pod)),
};

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

/** Ended pods use nothing, nor do those whose grace is over: their node may be lost. */
function isCounted(pod: Pod, nowMs: EpochMs): boolean {
  if (hasEnded(pod)) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = pod.metadata;
  if (deletionTimestamp === undefined || grace === undefined) return true;
  return nowMs <= Date.parse(deletionTimestamp) + grace * 1_000;
}

function computeUsage(requests: ResourceList, limits: ResourceList): ResourceList {
  const usage: MutableResourceList = { pods: '1' };
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    const request = requests[name];
    const limit = limits[name];
    if (request !== undefined) {
      usage[name] = request;
      usage[`${REQUESTS}${name}`] = request;
    }
    if (limit !== undefined) usage[`limits.${name}`] = limit;
  }
  for (const [name, request] of Object.entries(requests)) {
    if (isHugePages(name)) usage[name] = request;
    if (isHugePages(name) || isExtendedResource(name)) usage[`${REQUESTS}${name}`] = request;
  }
  return usage;
}

/** @see Source: `pods.go`, `Constraints`. */
function missingFault({ spec }: Pod, names: readonly string[]): string | undefined {
  const ofPod = spec.resources;
  if (Object.keys({ ...ofPod?.requests, ...ofPod?.limits }).length > 0) return undefined;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const faults = names
    .filter((name) => DEMANDED.has(name))
    .sort()
    .flatMap((name) => {
      const silent = containers.filter((container) => !says(container, name));
      if (silent.length === 0) return [];
      const without = [...new Set(silent.map((container) => container.name))].sort();
      return [`${name} for: ${without.join(',')}`];
    });
  return faults.length === 0 ? undefined : `must specify ${faults.join('; ')}`;
}

function says({ resources }: Container, name: string): boolean {
  return computeUsage(resources?.requests ?? {}, resources?.limits ?? {})[name] !== undefined;
}

/** @see Source: `pods.go`, `podMatchesScopeFunc`. */
function isInScope(pod: Pod, { scopeName, operator, values = [] }: ScopeRequirement): boolean {
  switch (scopeName) {
    case 'Terminating':
      return hasDeadline(pod);
    case 'NotTerminating':
      return !hasDeadline(pod);
    case 'BestEffort':
      return qosClass(pod.spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(pod.spec) !== 'BestEffort';
    case 'PriorityClass':
      return isOfClass(pod.spec.priorityClassName ?? '', operator, values);
    case 'CrossNamespacePodAffinity':
      return reachesOtherNamespaces(pod);
    default:
      return false;
  }
}

function isOfClass(name: string, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'Exists':
      return name !== '';
    case 'DoesNotExist':
      return name === '';
    case 'In':
      return name !== '' && values.includes(name);
    case 'NotIn':
      return name === '' || !values.includes(name);
    default:
      return false;
  }
}

/** A pod with a deadline is what quotas call terminating. */
function hasDeadline({ spec }: Pod): boolean {
  const seconds = spec['activeDeadlineSeconds'];
  return typeof seconds === 'number' && seconds >= 0;
}

function reachesOtherNamespaces({ spec }: Pod): boolean {
  return ['podAffinity', 'podAntiAffinity'].some((kind) => {
    const required = valueAt(spec.affinity, [
      kind,
      'requiredDuringSchedulingIgnoredDuringExecution',
    ]);
    const preferred = jsonObjects(
      valueAt(spec.affinity, [kind, 'preferredDuringSchedulingIgnoredDuringExecution']),
    ).map((term) => term['podAffinityTerm']);
    return jsonObjects([...jsonObjects(required), ...preferred]).some(
      ({ namespaces, namespaceSelector }) =>
        (Array.isArray(namespaces) && namespaces.length > 0) || namespaceSelector !== undefined,
    );
  });
}
