/** What runs left on a cluster: found by the labels and annotations that the lab puts on everything. */
import type { ApiPort } from '../../cluster/api-port.js';
import { isPod } from '../../core/object-guards.js';
import {
  expiryMs,
  isMadeByLab,
  LAB_LABELS,
  MANAGED_BY,
  ORIGINAL_ANNOTATIONS,
} from '../../core/lab-labels.js';
import type { KubeObject, Pod } from '../../core/objects.js';
import { changedByRun } from '../../core/original.js';
import { listedTypes, type ListedObject, type ListedType, listObjects } from './list-resources.js';

/** What one run left. */
export interface LeftRun {
  readonly runId: string;
  /** Absent where only changes of others' objects are left. */
  readonly experiment: string | undefined;
  readonly owner: string | undefined;
  /** Of the oldest object, ms since 1970. */
  readonly sinceMs: number | undefined;
  /** When the last of it expires, ms since 1970; undefined: nothing says, or cannot be read. */
  readonly expiresMs: number | undefined;
  /** What it made; what is in one of its own namespaces is not told apart. */
  readonly made: readonly ListedObject[];
  /** Objects of others that it changed and did not put back. */
  readonly changed: readonly ListedObject[];
  /** Its pods that are there, for what they cost. */
  readonly pods: readonly Pod[];
}

/** What was found, and where it could not be looked. */
export interface Leftovers {
  /** Oldest first. */
  readonly runs: readonly LeftRun[];
  /** Kinds that may not be listed: `secrets`, `metrics.k8s.io/v1beta1 (does not answer)`. */
  readonly unseen: readonly string[];
}

/** Made by controllers from objects that are found themselves, with their labels. */
const COPIED: ReadonlySet<string> = new Set(['Event', 'EndpointSlice', 'Endpoints']);
/**
 * Kinds that an experiment may change where they were there before. Not ReplicaSets: they carry a copy of their
 * Deployment's annotations, and what would be put back on them is not theirs.
 */
const CHANGEABLE: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Service',
  'ConfigMap',
]);

/**
 * Looks through every kind that can be listed and deleted.
 *
 * @throws {ApiRefusal} and {ApiUnreachable} when the server answers otherwise than by refusing a list.
 */
export async function findLeftovers(api: ApiPort): Promise<Leftovers> {
  const { types, silent } = await listedTypes(api);
  const unseen = silent.map((group) => `${group} (does not answer)`);
  const made: ListedObject[] = [];
  const changed: ListedObject[] = [];
  for (const type of types.filter(({ kind }) => !COPIED.has(kind))) {
    const labelSelector = `${LAB_LABELS.managedBy}=${MANAGED_BY},${LAB_LABELS.run}`;
    const ours = await listObjects(api, type, { labelSelector });
    if (ours === undefined) unseen.push(nameOf(type));
    else made.push(...ours.filter(({ object }) => isMadeByLab(object)));
    if (!CHANGEABLE.has(type.kind)) continue;
    const all = (await listObjects(api, type)) ?? [];
    changed.push(...all.filter(({ object }) => changedByRun(object) !== undefined));
  }
  const pods = await podsOf(api, { made, types });
  return { runs: byRun({ made, changed, pods }), unseen };
}

/** What the garbage collector of the cluster removes with its owner is not told apart, nor what a namespace holds. */
function tops(made: readonly ListedObject[]): readonly ListedObject[] {
  const namespaces = new Set(
    made
      .filter(({ object }) => object.kind === 'Namespace')
      .map(({ object }) => object.metadata.name),
  );
  return made.filter(({ object: { metadata } }) => {
    const isOwned = (metadata.ownerReferences ?? []).some(({ controller }) => controller === true);
    return !isOwned && !namespaces.has(metadata.namespace ?? '');
  });
}

/** All pods of its namespaces, whatever their labels, and its own pods elsewhere. */
async function podsOf(
  api: ApiPort,
  {
    made,
    types,
  }: { readonly made: readonly ListedObject[]; readonly types: readonly ListedType[] },
): Promise<readonly { readonly runId: string; readonly pod: Pod }[]> {
  const type = types.find(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Pod');
  const found = new Map<string, { readonly runId: string; readonly pod: Pod }>();
  for (const { object, path } of made) {
    if (isPod(object)) found.set(path, { runId: runOf(object), pod: object });
    if (object.kind !== 'Namespace' || type === undefined) continue;
    const inside = (await listObjects(api, type, { namespace: object.metadata.name })) ?? [];
    for (const { object: pod, path: podPath } of inside) {
      if (isPod(pod)) found.set(podPath, { runId: runOf(object), pod });
    }
  }
  return [...found.values()];
}

function byRun({
  made,
  changed,
  pods,
}: {
  readonly made: readonly ListedObject[];
  readonly changed: readonly ListedObject[];
  readonly pods: Awaited<ReturnType<typeof podsOf>>;
}): readonly LeftRun[] {
  const ids = new Set([
    ...made.map(({ object }) => runOf(object)),
    ...changed.map(({ object }) => changedByRun(object) ?? ''),
  ]);
  const runs = [...ids].map((runId): LeftRun => {
    const all = made.filter(({ object }) => runOf(object) === runId);
    const ownChanges = changed.filter(({ object }) => changedByRun(object) === runId);
    const label = (name: string): string | undefined =>
      all.map(({ object }) => object.metadata.labels?.[name]).find((value) => value !== undefined);
    return {
      runId,
      experiment: label(LAB_LABELS.experiment),
      owner: label(LAB_LABELS.owner),
      sinceMs: least(all.map(({ object }) => createdMs(object))),
      expiresMs: lastExpiry([
        ...all.map(({ object }) => expiryMs(object)),
        ...ownChanges.map(({ object }) => changeExpiryMs(object)),
      ]),
      made: tops(all),
      changed: ownChanges,
      pods: pods.filter((each) => each.runId === runId).map(({ pod }) => pod),
    };
  });
  return runs.toSorted(
    (a, b) => (a.sinceMs ?? 0) - (b.sinceMs ?? 0) || (a.runId < b.runId ? -1 : 1),
  );
}

function runOf({ metadata }: KubeObject): string {
  return metadata.labels?.[LAB_LABELS.run] ?? '';
}

function createdMs({ metadata }: KubeObject): number | undefined {
  const ms = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function changeExpiryMs({ metadata }: KubeObject): number | undefined {
  const text = metadata.annotations?.[ORIGINAL_ANNOTATIONS.expires];
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : undefined;
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A run that does not say of everything when it expires never expires by itself. */
function lastExpiry(values: readonly (number | undefined)[]): number | undefined {
  let last: number | undefined;
  for (const value of values) {
    if (value === undefined) return undefined;
    last = Math.max(last ?? value, value);
  }
  return last;
}

function nameOf({ apiVersion, plural }: ListedType): string {
  return apiVersion === 'v1' ? plural : `${plural}.${apiVersion.split('/')[0] ?? ''}`;
}
