/** How endpoints are spread over slices with as few writes as can be, as a pure function. */
import type { Endpoint, EndpointSlice, StringMap } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { endpointId, portsKey } from './endpoints.js';
import type { EndpointGroup, SlicePorts } from './endpoints.js';

/** Endpoints of one slice at most. */
export const MAX_ENDPOINTS = 100; // kube-controller-manager --max-endpoints-per-slice

/** What a slice should hold. */
export interface SliceContent {
  readonly ports: SlicePorts;
  readonly endpoints: readonly Endpoint[];
}

/** The writes that bring the slices of a Service up to date. */
export interface SlicesPlan {
  readonly creates: readonly SliceContent[];
  readonly updates: readonly { readonly slice: EndpointSlice; readonly content: SliceContent }[];
  readonly deletes: readonly EndpointSlice[];
}

/** How slices are compared with what they should be. */
export interface SliceRules {
  readonly labels: StringMap;
  readonly isSame: (stored: Endpoint, wanted: Endpoint) => boolean;
}

interface Filling {
  readonly slice: EndpointSlice | undefined;
  readonly endpoints: Endpoint[];
  isChanged: boolean;
}

/**
 * Slices that lose endpoints are filled up first, then one that has just enough room, then new ones.
 * What would be deleted is written over before anything is created. A Service without endpoints keeps
 * one empty slice without ports.
 *
 * @param rules - `labels`: what every slice of the Service must have; `isSame`: whether a stored endpoint
 *   needs no change.
 * @see Source: kubernetes `endpointslice/reconciler.go`, `reconcileByPortMapping` and `finalize`.
 */
export function planSlices(
  groups: readonly EndpointGroup[],
  existing: readonly EndpointSlice[],
  { labels, isSame }: SliceRules,
): SlicesPlan {
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = portsKey(slice.ports);
    byPorts.set(key, [...(byPorts.get(key) ?? []), slice]);
  }
  const creates: SliceContent[] = [];
  const updates: { slice: EndpointSlice; content: SliceContent }[] = [];
  const deletes: EndpointSlice[] = [];
  for (const group of groups) {
    const key = portsKey(group.ports);
    for (const { slice, endpoints, isChanged } of fill(group, byPorts.get(key) ?? [], isSame)) {
      const content = { ports: group.ports, endpoints };
      if (slice === undefined) creates.push(content);
      else if (endpoints.length === 0) deletes.push(slice);
      else if (isChanged || !isEqualJson(slice.metadata.labels, labels)) {
        updates.push({ slice, content });
      }
    }
    byPorts.delete(key);
  }
  for (const slices of byPorts.values()) deletes.push(...slices);
  if (creates.length === 0 && deletes.length === existing.length) {
    const [only] = deletes;
    const isPlaceholder =
      deletes.length === 1 &&
      (only?.endpoints ?? []).length === 0 &&
      (only?.ports ?? []).length === 0 &&
      isEqualJson(only?.metadata.labels, labels);
    if (isPlaceholder) return { creates: [], updates: [], deletes: [] };
    creates.push({ ports: [], endpoints: [] });
  }
  return reused({ creates, updates, deletes });
}

/** Every slice of one set of ports with the endpoints it should have; new ones have no `slice`. */
function fill(
  group: EndpointGroup,
  slices: readonly EndpointSlice[],
  isSame: SliceRules['isSame'],
): readonly Filling[] {
  const missing = new Map(group.endpoints.map((endpoint) => [endpointId(endpoint), endpoint]));
  const fillings = slices.map((slice) => kept(slice, missing, isSame));
  const rest = [...missing.values()];
  const changing = fillings
    .filter(({ isChanged, endpoints }) => isChanged && endpoints.length > 0)
    .sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const filling of changing) pour(rest, filling);
  while (rest.length > 0) {
    const roomy = rest.length < MAX_ENDPOINTS ? closestToFull(fillings, rest.length) : undefined;
    const filling = roomy ?? { slice: undefined, endpoints: [], isChanged: true };
    if (roomy === undefined) fillings.push(filling);
    pour(rest, filling);
  }
  return fillings;
}

/** What stays in a slice, in its present state; taken out of `missing`. */
function kept(
  slice: EndpointSlice,
  missing: Map<string, Endpoint>,
  isSame: SliceRules['isSame'],
): Filling {
  const present = slice.endpoints ?? [];
  const endpoints: Endpoint[] = [];
  let isChanged = false;
  for (const old of present) {
    const id = endpointId(old);
    const wanted = missing.get(id);
    if (wanted === undefined) continue;
    missing.delete(id);
    endpoints.push(wanted);
    isChanged ||= !isSame(old, wanted);
  }
  return { slice, endpoints, isChanged: isChanged || endpoints.length !== present.length };
}

function pour(rest: Endpoint[], filling: Filling): void {
  const poured = rest.splice(0, MAX_ENDPOINTS - filling.endpoints.length);
  filling.endpoints.push(...poured);
  if (poured.length > 0) filling.isChanged = true;
}

/** The unchanged slice that `count` more endpoints fill best; undefined when none has the room. */
function closestToFull(fillings: readonly Filling[], count: number): Filling | undefined {
  let best: Filling | undefined;
  for (const filling of fillings) {
    const { length } = filling.endpoints;
    if (filling.isChanged || length === 0 || length + count > MAX_ENDPOINTS) continue;
    if (length > (best?.endpoints.length ?? 0)) best = filling;
  }
  return best;
}

/** Writes new contents over slices that would go. */
function reused({ creates, updates, deletes }: SlicesPlan): SlicesPlan {
  const count = Math.min(creates.length, deletes.length);
  const overwritten = deletes.slice(0, count).flatMap((slice, index) => {
    const content = creates[index];
    return content === undefined ? [] : [{ slice, content }];
  });
  return {
    creates: creates.slice(count),
    updates: [...updates, ...overwritten],
    deletes: deletes.slice(count),
  };
}
