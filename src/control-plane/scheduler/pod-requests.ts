/** What a pod takes of a node, as pure functions. */
import { milliValue, wholeValue } from '../../core/quantity.js';
import type { Container, Pod, ResourceList } from '../../core/objects.js';

/** Amounts by resource name: CPU in thousandths, everything else in whole units (bytes). */
export type Amounts = ReadonlyMap<string, number>;

// pkg/scheduler/util/pod_resources.go: what scoring assumes of containers that ask for nothing
const DEFAULT_CPU_MILLI = 100;
const DEFAULT_MEMORY_BYTES = 200 * 1024 * 1024;

/** Amounts of a list of quantities. */
export function amountsOf(list: ResourceList | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, amount(name, text)]));
}

function amount(name: string, text: string): number {
  return name === 'cpu' ? milliValue(text) : wholeValue(text);
}

/**
 * Requests of a pod: its containers and sidecars together, or more while an init container runs; plus
 * overhead. Requests of the pod as a whole win over those of its containers.
 *
 * @see Source: kubernetes `component-helpers/resource/helpers.go`, `PodRequests`.
 */
export function podRequests(pod: Pod): Amounts {
  return effective(pod, ({ resources }) => amountsOf(resources?.requests));
}

/**
 * As {@link podRequests}, with something assumed of containers that ask for no CPU or memory: what
 * scoring goes by, so that pods without requests are spread too.
 *
 * @see Source: `pkg/scheduler/framework/types.go`, `calculateResource`.
 */
export function scoredRequests(pod: Pod): Amounts {
  return effective(pod, ({ resources }) => {
    const requests = new Map(amountsOf(resources?.requests));
    if (!requests.has('cpu')) requests.set('cpu', DEFAULT_CPU_MILLI);
    if (!requests.has('memory')) requests.set('memory', DEFAULT_MEMORY_BYTES);
    return requests;
  });
}

function effective({ spec }: Pod, requestsOf: (container: Container) => Amounts): Amounts {
  const running = new Map<string, number>();
  for (const container of spec.containers) add(running, requestsOf(container));
  const sidecars = new Map<string, number>();
  const starting = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const requests = requestsOf(container);
    if (container.restartPolicy === 'Always') {
      add(sidecars, requests);
      add(running, requests);
      raise(starting, sidecars);
    } else {
      // sidecars that were started before it run beside it
      raise(starting, sum(requests, sidecars));
    }
  }
  raise(running, starting);
  for (const [name, value] of amountsOf(spec.resources?.requests)) running.set(name, value);
  const { overhead } = spec;
  if (isQuantities(overhead)) add(running, amountsOf(overhead));
  return running;
}

function isQuantities(value: unknown): value is ResourceList {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}

function add(target: Map<string, number>, amounts: Amounts): void {
  for (const [name, value] of amounts) target.set(name, (target.get(name) ?? 0) + value);
}

function raise(target: Map<string, number>, amounts: Amounts): void {
  for (const [name, value] of amounts) {
    target.set(name, Math.max(target.get(name) ?? 0, value));
  }
}

function sum(a: Amounts, b: Amounts): Amounts {
  const total = new Map(a);
  add(total, b);
  return total;
}
