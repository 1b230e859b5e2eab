/** What an applier would take from others. */
import { ApiError } from '../api-error.js';
import type { StatusCause } from '../api-error.js';
import { difference, isEmptySet, pathsOf } from './field-set.js';
import type { FieldPath, FieldSet } from './field-set.js';
import { identityOf } from './managers.js';
import type { Managed } from './managers.js';
import { shownElement } from './path-element.js';

/** The fields of one owner that the applied values differ from. */
export interface Conflict {
  readonly owner: Managed;
  readonly fields: FieldSet;
}

/** Conflicts without the fields that may be taken. */
export function withoutAllowed(
  conflicts: readonly Conflict[],
  allowed: FieldSet,
): readonly Conflict[] {
  return conflicts
    .map(({ owner, fields }) => ({ owner, fields: difference(fields, allowed) }))
    .filter(({ fields }) => !isEmptySet(fields));
}

/**
 * 409 with a cause for each field.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/internal/conflict.go`, `NewConflictError`.
 */
export function conflictError(conflicts: readonly Conflict[]): ApiError {
  const sorted = conflicts
    .toSorted((a, b) => (identityOf(a.owner) < identityOf(b.owner) ? -1 : 1))
    .map(({ owner, fields }) => ({
      who: shownOwner(owner),
      paths: pathsOf(fields).map(shownPath),
    }));
  const causes: readonly StatusCause[] = sorted.flatMap(({ who, paths }) =>
    paths.map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${who}`,
      field,
    })),
  );
  const [only] = causes;
  const message =
    only !== undefined && causes.length === 1
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field ?? ''}`
      : `Apply failed with ${causes.length} conflicts: ${sorted
          .map(({ who, paths }) => [`conflicts with ${who}:`, ...paths].join('\n- '))
          .join('\n')}`;
  return new ApiError({ message, reason: 'Conflict', details: { causes }, code: 409 });
}

function shownPath(path: FieldPath): string {
  return path.map(shownElement).join('');
}

/** @see Source: `conflict.go`, `printManager`. */
function shownOwner({ manager, operation, apiVersion, subresource }: Managed): string {
  const name = `${JSON.stringify(manager)}${subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
