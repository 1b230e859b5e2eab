/** Server-side apply: the object and its owners after a configuration was applied. */
import { ApiError } from '../api-error.js';
import { isSameObject } from './compare.js';
import { conflictError, withoutAllowed } from './conflicts.js';
import type { Conflict } from './conflicts.js';
import { EMPTY_SET, isEmptySet, recursiveDifference } from './field-set.js';
import { fieldSetOf } from './field-set-of.js';
import { allowedByLastApplied, withLastApplied } from './last-applied.js';
import { identityOf, readManagers, setManaged, writeManagers } from './managers.js';
import type { Identity, Managed, ManagedFieldsEntry, Managers } from './managers.js';
import { ownUpdate } from './managed-by-update.js';
import { mergeTyped } from './merge-typed.js';
import { loseFields, ownable } from './ownership.js';
import type { Operation } from './ownership.js';
import { prune } from './prune.js';
import type { JsonObject } from '../schema/json.js';
import { isJsonObject, textOf } from '../schema/json.js';
import { typedFault } from './validate-typed.js';
import { emptyObject } from './versioned.js';

/** A configuration to apply. */
export interface AppliedObject {
  /** The object as it is, without its owners; undefined: it is to be made. */
  readonly live: JsonObject | undefined;
  /** `metadata.managedFields` as it is. */
  readonly liveEntries: unknown;
  readonly applied: JsonObject;
  /** Takes what others own. */
  readonly isForced: boolean;
}

/** What an apply makes. */
export interface AppliedResult {
  /** Not yet decoded: as the live object and the applied one spell things. */
  readonly object: JsonObject;
  readonly managedFields: readonly ManagedFieldsEntry[] | undefined;
}

/** Who owns what was there before anybody applied, when nobody else was known to. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/** The applier whose client-side past is taken over. */
const KUBECTL = 'kubectl';

/**
 * Applies a configuration.
 *
 * @throws {ApiError} 400 for one of another type, 409 for conflicts, 500 for one that does not fit the schema.
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/internal/fieldmanager.go`, `Apply`, and the
 *   managers it wraps.
 */
export function managedByApply(request: AppliedObject, operation: Operation): AppliedResult {
  const { live, liveEntries, applied } = request;
  refuseMisfit(applied, operation);
  const managers = readManagers(liveEntries);
  if (managers === undefined) {
    throw ApiError.unclassified('failed to decode managed fields: invalid entry');
  }
  const before = live ?? emptyObject(operation.type);
  if (managers.size === 0) {
    ownUpdate(
      managers,
      { live: undefined, next: before },
      {
        ...operation,
        manager: BEFORE_FIRST_APPLY,
      },
    );
  }
  const outcome = appliedOrRefused({ ...request, live: before }, managers, operation);
  const object = outcome.object ?? before;
  return {
    object: operation.manager === KUBECTL ? withLastApplied(object, applied) : object,
    managedFields: writeManagers(outcome.managers),
  };
}

/** @see Source: `versioncheck.go`; `structuredmerge.go`, `Apply`. */
function refuseMisfit(applied: JsonObject, { type, apiVersion }: Operation): void {
  const metadata = applied['metadata'];
  if (isJsonObject(metadata) && Array.isArray(metadata['managedFields'])) {
    throw ApiError.badRequest('metadata.managedFields must be nil');
  }
  const fault = typedFault(type, applied);
  if (fault === undefined) return;
  throw ApiError.unclassified(
    `failed to create typed patch object (${shownObject(applied, apiVersion)}): ${fault}`,
  );
}

/** @see Source: `structuredmerge.go`, `objectGVKNN`. */
function shownObject(object: JsonObject, apiVersion: string): string {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const place = `${textOf(metadata['namespace'])}/${textOf(metadata['name'])}`;
  return `${place}; ${shownKind(apiVersion, textOf(object['kind']))}`;
}

/** A group, version and kind as Go prints them: `/v1, Kind=Pod`. */
export function shownKind(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

interface Outcome {
  /** Undefined: the object stays as it is. */
  readonly object: JsonObject | undefined;
  readonly managers: Managers;
}

interface LiveRequest extends AppliedObject {
  readonly live: JsonObject;
}

/** @see Source: `lastappliedmanager.go`, `Apply`. */
function appliedOrRefused(request: LiveRequest, managers: Managers, operation: Operation): Outcome {
  const first = apply(request, new Map(managers), operation);
  if (first.kind === 'applied') return first.outcome;
  if (operation.manager !== KUBECTL) throw conflictError(first.conflicts);
  const allowed = allowedByLastApplied(request.live, operation);
  if (allowed === undefined) throw conflictError(first.conflicts);
  const left = withoutAllowed(first.conflicts, allowed);
  if (left.length > 0) throw conflictError(left);
  const forced = apply({ ...request, isForced: true }, new Map(managers), operation);
  if (forced.kind === 'applied') return forced.outcome;
  throw conflictError(forced.conflicts);
}

type Attempt =
  | { readonly kind: 'applied'; readonly outcome: Outcome }
  | { readonly kind: 'conflicting'; readonly conflicts: readonly Conflict[] };

/**
 * @see Source: structured-merge-diff v6 `merge/update.go`, `Apply`; kubernetes `managedfieldsupdater.go`
 *   and `stripmeta.go`.
 */
function apply(
  { live, applied, isForced }: LiveRequest,
  managers: Managers,
  operation: Operation,
): Attempt {
  const { type, apiVersion, manager, subresource, resetFields, time } = operation;
  const identity: Identity = { manager, operation: 'Apply', apiVersion, subresource };
  const id = identityOf(identity);
  const last = managers.get(id);
  const set = recursiveDifference(fieldSetOf(type, applied), resetFields);
  const own: Managed = { ...identity, time: last?.time, set };
  setManaged(managers, own);
  const merged = mergeTyped(type, live, applied);
  const object = prune({ apiVersion, type, value: merged }, { last, managers, operation });
  const { conflicts } = loseFields(
    managers,
    {
      before: { apiVersion, type, value: live },
      after: { apiVersion, type, value: object },
    },
    { operation, except: id, isForced },
  );
  if (conflicts.length > 0 && !isForced) return { kind: 'conflicting', conflicts };
  const isUnchanged = isSameObject(live, object);
  const owned = ownable(managers.get(id)?.set ?? EMPTY_SET);
  if (isEmptySet(owned)) managers.delete(id);
  else managers.set(id, { ...own, set: owned, time: isUnchanged ? own.time : time });
  return { kind: 'applied', outcome: { object: isUnchanged ? undefined : object, managers } };
}
