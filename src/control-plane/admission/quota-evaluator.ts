/** What quotas count of the objects of one resource. */
import type { KubeObject, ResourceList } from '../../core/objects.js';
import type { ScopeRequirement } from '../../core/quota-objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { Resource } from '../resources.js';

/** A write, as quotas see it. */
export interface QuotaOperation<T extends KubeObject = KubeObject> {
  readonly object: T;
  /** The object as it is; undefined for a new one. */
  readonly old: T | undefined;
}

/** Measures objects of one resource. */
export interface QuotaEvaluator<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  /** Whether it says how much is used of a named limit: `pods`, `requests.cpu`, `count/jobs.batch`. */
  tracks(name: string): boolean;
  /** Whether a write can change what is used. */
  handles(operation: QuotaOperation<T>): boolean;
  /** What the object must say and does not, as some of `names` are limited; undefined when it is fine. */
  missing?(object: T, names: readonly string[]): string | undefined;
  /** Whether the object is in a scope; absent: it is in none. */
  isInScope?(object: T, requirement: ScopeRequirement): boolean;
  /** What the object uses. */
  usage(object: T, nowMs: EpochMs): ResourceList;
  /** Whether a change frees what was used; deletions always do. Absent: none does. */
  isFreeing?(object: T, previous: T): boolean;
}

/** The limit that counts objects of a resource, whatever they are. */
export function countName({ group, plural }: Resource): string {
  return group === '' ? `count/${plural}` : `count/${plural}.${group}`;
}

/** Limits that are older than `count/...`. */
const OLD_NAMES: ReadonlySet<string> = new Set(['configmaps', 'resourcequotas', 'secrets']);

/**
 * Counts objects.
 *
 * @see Source: kubernetes `apiserver/pkg/quota/v1/generic/evaluator.go`, `objectCountEvaluator`, and
 *   `pkg/quota/v1/evaluator/core/registry.go`, `legacyObjectCountAliases`.
 */
export function countEvaluator<T extends KubeObject>(resource: Resource<T>): QuotaEvaluator<T> {
  const name = countName(resource);
  const isOld = resource.group === '' && OLD_NAMES.has(resource.plural);
  const names = new Set(isOld ? [name, resource.plural] : [name]);
  const usage = Object.fromEntries([...names].map((one) => [one, '1']));
  return {
    resource,
    tracks: (limit) => names.has(limit),
    handles: ({ old }) => old === undefined,
    usage: () => usage,
  };
}
