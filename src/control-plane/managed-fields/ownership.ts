/** What a change does to who owns what. */
import type { StructType } from '../schema/types.js';
import type { Comparison } from './compare.js';
import { compare, isSame } from './compare.js';
import type { Conflict } from './conflicts.js';
import { difference, intersection, isEmptySet, setOf, union } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { fieldElement } from './path-element.js';
import type { Managers } from './managers.js';
import type { Convert, Versioned } from './versioned.js';

/** One write: who, where, when, and what it cannot touch. */
export interface Operation {
  readonly manager: string;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly apiVersion: string;
  readonly type: StructType;
  /** As `metav1.Time` prints it. */
  readonly time: string;
  readonly convert: Convert;
  /** Fields that the write does not change whatever it says. */
  readonly resetFields: FieldSet;
}

/** Two states of an object in the version of the write. */
export interface Change {
  readonly before: Versioned;
  readonly after: Versioned;
}

/** What nobody owns: it is the server's. */
const STRIPPED = setOf(
  ...['apiVersion', 'kind', 'metadata'].map((name) => [fieldElement(name)]),
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => [fieldElement('metadata'), fieldElement(name)]),
);

/**
 * A set without what nobody can own.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/internal/stripmeta.go`.
 */
export function ownable(set: FieldSet): FieldSet {
  return difference(set, STRIPPED);
}

/** What {@link loseFields} found. */
export interface Losses {
  readonly comparison: Comparison;
  /** What others own that the change sets otherwise; they have lost nothing yet when it is refused. */
  readonly conflicts: readonly Conflict[];
}

/**
 * Takes from every owner but one what the change sets otherwise or removes. Owners of nothing go, and so
 * do those in a version that is no more.
 *
 * @param rule - `except`: whose write it is; `isForced` false: with conflicts nothing is taken.
 * @see Source: structured-merge-diff v6 `merge/update.go`, `update`.
 */
export function loseFields(
  managers: Managers,
  change: Change,
  rule: {
    readonly operation: Operation;
    readonly except: string | undefined;
    readonly isForced: boolean;
  },
): Losses {
  const { operation, except, isForced } = rule;
  const comparisons = new Comparisons(change, operation);
  const { own: comparison } = comparisons;
  const conflicts: Conflict[] = [];
  const losses: { readonly id: string; readonly left: FieldSet }[] = [];
  for (const [id, owner] of managers) {
    if (id === except) continue;
    const theirs = comparisons.in(owner.apiVersion);
    if (theirs === undefined) {
      managers.delete(id);
      continue;
    }
    if (isSame(theirs)) continue;
    const fields = intersection(owner.set, union(theirs.modified, theirs.added));
    if (!isEmptySet(fields)) conflicts.push({ owner, fields });
    losses.push({ id, left: difference(difference(owner.set, fields), theirs.removed) });
  }
  if (conflicts.length > 0 && !isForced) return { comparison, conflicts };
  for (const { id, left } of losses) {
    const owner = managers.get(id);
    if (owner !== undefined) managers.set(id, { ...owner, set: left });
  }
  for (const [id, { set }] of managers) if (isEmptySet(set)) managers.delete(id);
  return { comparison, conflicts };
}

/** One comparison for each version in which somebody owns something. */
class Comparisons {
  readonly own: Comparison;
  readonly #change: Change;
  readonly #operation: Operation;
  readonly #others = new Map<string, Comparison | undefined>();

  constructor(change: Change, operation: Operation) {
    this.#change = change;
    this.#operation = operation;
    this.own = this.#compared(change);
    this.#others.set(operation.apiVersion, this.own);
  }

  in(apiVersion: string): Comparison | undefined {
    if (!this.#others.has(apiVersion)) this.#others.set(apiVersion, this.#converted(apiVersion));
    return this.#others.get(apiVersion);
  }

  #converted(apiVersion: string): Comparison | undefined {
    const { convert } = this.#operation;
    const before = convert(this.#change.before, apiVersion);
    const after = convert(this.#change.after, apiVersion);
    return before === undefined || after === undefined
      ? undefined
      : this.#compared({ before, after });
  }

  #compared({ before, after }: Change): Comparison {
    const states = { before: before.value, after: after.value };
    return compare(after.type, states, this.#operation.resetFields);
  }
}
