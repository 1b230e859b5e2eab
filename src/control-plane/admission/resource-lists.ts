/** Arithmetic with lists of resources, exact and in the spelling of what is added. */
import type { Container, Pod, ResourceList } from '../../core/objects.js';
import { addQuantities, compareQuantities, subtractQuantities } from '../../core/quantity.js';

/** A list that is being made. */
export type MutableResourceList = Record<string, string>;

/**
 * The sum of two lists.
 *
 * @see Source: kubernetes `apiserver/pkg/quota/v1/resources.go` for the lists of this file.
 */
export function addLists(a: ResourceList, b: ResourceList): ResourceList {
  const result: MutableResourceList = { ...a };
  addTo(result, b);
  return result;
}

/** What `a` has more than `b`; 0 where it has less. Names of both are in it. */
export function excessOf(a: ResourceList, b: ResourceList): ResourceList {
  const result: MutableResourceList = {};
  for (const name of Object.keys({ ...a, ...b })) {
    const difference = subtractQuantities(a[name] ?? '0', b[name] ?? '0');
    result[name] = compareQuantities(difference, '0') > 0 ? difference : '0';
  }
  return result;
}

/** The part of a list that has one of the names. */
export function maskedList(list: ResourceList, isKept: (name: string) => boolean): ResourceList {
  return Object.fromEntries(Object.entries(list).filter(([name]) => isKept(name)));
}

/** Whether two lists name the same and as much of it. */
export function isSameList(a: ResourceList | undefined, b: ResourceList | undefined): boolean {
  const first = Object.entries(a ?? {});
  const second = b ?? {};
  return (
    first.length === Object.keys(second).length &&
    first.every(([name, amount]) => {
      const other = second[name];
      return other !== undefined && compareQuantities(amount, other) === 0;
    })
  );
}

/** `cpu=100m,pods=1`, in order of names. */
export function listText(list: ResourceList): string {
  return Object.entries(list)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${amount}`)
    .join(',');
}

/** Which parts of a pod count. */
export interface PodListOptions {
  /** Whether overhead counts (to limits only where there is one). */
  readonly withOverhead: boolean;
}

/**
 * Requests or limits of a pod: its containers and sidecars together, or more while an init container
 * runs; those of the pod as a whole win.
 *
 * @see Source: kubernetes `component-helpers/resource/helpers.go`, `PodRequests` and `PodLimits`.
 */
export function podList(
  { spec }: Pod,
  part: 'requests' | 'limits',
  { withOverhead }: PodListOptions,
): ResourceList {
  const running: MutableResourceList = {};
  const sidecars: MutableResourceList = {};
  const starting: MutableResourceList = {};
  for (const container of spec.containers ?? []) addTo(running, containerList(container, part));
  for (const container of spec.initContainers ?? []) {
    const own = containerList(container, part);
    if (container.restartPolicy === 'Always') {
      addTo(running, own);
      addTo(sidecars, own);
      raiseTo(starting, sidecars);
    } else raiseTo(starting, addLists(own, sidecars));
  }
  raiseTo(running, starting);
  for (const [name, amount] of Object.entries(spec.resources?.[part] ?? {})) {
    running[name] = amount;
  }
  if (withOverhead) addOverhead(running, spec['overhead'], part);
  return running;
}

function containerList({ resources }: Container, part: 'requests' | 'limits'): ResourceList {
  return resources?.[part] ?? {};
}

function addOverhead(
  target: MutableResourceList,
  overhead: unknown,
  part: 'requests' | 'limits',
): void {
  if (typeof overhead !== 'object' || overhead === null) return;
  for (const [name, amount] of Object.entries(overhead)) {
    if (typeof amount !== 'string') continue;
    if (part === 'limits' && target[name] === undefined) continue;
    addTo(target, { [name]: amount });
  }
}

function addTo(target: MutableResourceList, list: ResourceList): void {
  for (const [name, amount] of Object.entries(list)) {
    const present = target[name];
    target[name] = present === undefined ? amount : addQuantities(present, amount);
  }
}

function raiseTo(target: MutableResourceList, list: ResourceList): void {
  for (const [name, amount] of Object.entries(list)) {
    const present = target[name];
    if (present === undefined || compareQuantities(amount, present) > 0) target[name] = amount;
  }
}
