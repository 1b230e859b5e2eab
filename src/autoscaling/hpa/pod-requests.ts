/** What pods request: the denominator of utilization. */
import type { Container, Pod, ResourceList } from '../../core/objects.js';
import { readMilli } from './quantities.js';

/** Thousandths by resource name. */
export type MilliAmounts = Readonly<Record<string, number>>;

/** What one container requests or uses. */
export interface ContainerAmounts {
  readonly name: string;
  readonly amounts: MilliAmounts;
}

/** What a pod requests, read once. */
export interface PodRequests {
  /** Whether requests of the pod as a whole take the place of the containers'. */
  readonly isPodLevel: boolean;
  /** Sums by resource; a resource that some container lacks is absent. */
  readonly totals: MilliAmounts;
  /** Those that count: ordinary ones and restartable init containers. */
  readonly containers: readonly ContainerAmounts[];
}

const NONE: MilliAmounts = {};

/**
 * Reads the requests of a pod: those of the whole pod where set, else the sum over its containers and
 * restartable init containers.
 *
 * @see Source: kubernetes `replica_calculator.go`, `calculateRequests`;
 *   `component-helpers/resource/helpers.go`, `PodRequests`.
 */
export function readPodRequests(pod: Pod): PodRequests {
  const { containers, initContainers = [] } = pod.spec;
  const counted = [...containers, ...initContainers.filter(isRestartable)].map(readContainer);
  const podLevel = pod.spec.resources?.requests;
  const isPodLevel = podLevel !== undefined && Object.keys(podLevel).some(isPodLevelResource);
  const totals = isPodLevel ? podLevelTotals(pod, podLevel) : totalsOf(counted);
  return { isPodLevel, totals, containers: counted };
}

/**
 * Thousandths that a pod (or one of its containers) requests of a resource; a text is the fault in
 * upstream's words.
 */
export function requestOf(
  pod: { readonly name: string; readonly requests: PodRequests },
  resource: string,
  container: string | undefined,
): number | string {
  const { requests } = pod;
  if (container === undefined) {
    const total = requests.totals[resource];
    if (total !== undefined) return total;
    if (requests.isPodLevel) return `missing pod-level request for ${resource} in Pod ${pod.name}`;
    const lacking = requests.containers.find((each) => each.amounts[resource] === undefined);
    return lacking === undefined ? 0 : missingRequest(resource, lacking.name, pod.name);
  }
  for (const each of requests.containers) {
    if (each.name !== container) continue;
    return each.amounts[resource] ?? missingRequest(resource, container, pod.name);
  }
  return `container ${container} not found in Pod ${pod.name}`;
}

function missingRequest(resource: string, container: string, pod: string): string {
  return `missing request for ${resource} in container ${container} of Pod ${pod}`;
}

function isRestartable({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function readContainer({ name, resources }: Container): ContainerAmounts {
  return { name, amounts: readAmounts(resources?.requests) };
}

/** Thousandths of each quantity of a list. */
export function readAmounts(list: ResourceList | null | undefined): MilliAmounts {
  if (list === undefined || list === null) return NONE;
  const amounts: Record<string, number> = {};
  for (const name of Object.keys(list)) amounts[name] = readMilli(list[name] ?? '0');
  return amounts;
}

/** Sums over all, of the resources that every one has. */
export function totalsOf(containers: readonly ContainerAmounts[]): MilliAmounts {
  const [first, ...rest] = containers;
  if (first === undefined) return NONE;
  if (rest.length === 0) return first.amounts;
  const totals: Record<string, number> = {};
  for (const name of Object.keys(first.amounts)) {
    let total = first.amounts[name] ?? 0;
    let isComplete = true;
    for (const { amounts } of rest) {
      const amount = amounts[name];
      if (amount === undefined) isComplete = false;
      else total += amount;
    }
    if (isComplete) totals[name] = total;
  }
  return totals;
}

/** A resource without a request of its own at pod level falls back to what the containers add up to. */
function podLevelTotals(pod: Pod, podLevel: ResourceList): MilliAmounts {
  const totals: Record<string, number> = {};
  for (const { resources } of pod.spec.containers) addAmounts(totals, resources?.requests);
  raiseToInitContainers(totals, pod.spec.initContainers ?? []);
  for (const [name, amount] of Object.entries(readAmounts(podLevel))) {
    if (isPodLevelResource(name)) totals[name] = amount;
  }
  const overhead = pod.spec['overhead'];
  if (isResourceList(overhead)) addAmounts(totals, overhead);
  return totals;
}

/** Restartable init containers add up and stay; an ordinary one counts while it runs. */
function raiseToInitContainers(
  totals: Record<string, number>,
  initContainers: readonly Container[],
): void {
  const restartable: Record<string, number> = {};
  const highest: Record<string, number> = {};
  for (const container of initContainers) {
    const { resources } = container;
    let whileItRuns = restartable;
    if (isRestartable(container)) {
      addAmounts(totals, resources?.requests);
      addAmounts(restartable, resources?.requests);
    } else {
      whileItRuns = { ...restartable };
      addAmounts(whileItRuns, resources?.requests);
    }
    for (const [name, amount] of Object.entries(whileItRuns)) {
      highest[name] = Math.max(highest[name] ?? amount, amount);
    }
  }
  for (const [name, amount] of Object.entries(highest)) {
    totals[name] = Math.max(totals[name] ?? amount, amount);
  }
}

function addAmounts(totals: Record<string, number>, list: ResourceList | undefined): void {
  for (const [name, amount] of Object.entries(readAmounts(list))) {
    totals[name] = (totals[name] ?? 0) + amount;
  }
}

function isResourceList(value: unknown): value is ResourceList {
  return typeof value === 'object' && value !== null;
}
