/** Owners of a count of replicas, between an object and its scale subresource. */
import { difference, hasPath, isEmptySet, setOf } from './field-set.js';
import type { FieldPath } from './field-set.js';
import { readManagers, writeManagers } from './managers.js';
import type { ManagedFieldsEntry, Managers } from './managers.js';
import { fieldElement } from './path-element.js';

/** The version of Scale objects. */
export const SCALE_VERSION = 'autoscaling/v1';

/** Where a count of replicas is, in a Scale as in every kind that is offered. */
const REPLICAS: FieldPath = [fieldElement('spec'), fieldElement('replicas')];
const REPLICAS_SET = setOf(REPLICAS);

/**
 * Entries of an object as entries of its scale: those that own the count.
 *
 * @param apiVersion - of the object.
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/scalehandler.go`, `ToSubresource`.
 */
export function ownersOfScale(
  entries: unknown,
  apiVersion: string,
): readonly ManagedFieldsEntry[] | undefined {
  const owners: Managers = new Map();
  for (const [id, owner] of readManagers(entries) ?? []) {
    if (owner.apiVersion !== apiVersion || !hasPath(owner.set, REPLICAS)) continue;
    owners.set(id, { ...owner, apiVersion: SCALE_VERSION, set: REPLICAS_SET });
  }
  return writeManagers(owners);
}

/**
 * Entries of an object after its scale was written.
 *
 * Whoever gets the count through the scale has no time, as upstream has it.
 *
 * @see Source: `scalehandler.go`, `ToParent`.
 */
export function ownersAfterScale(
  entries: unknown,
  scaleEntries: unknown,
  apiVersion: string,
): readonly ManagedFieldsEntry[] | undefined {
  const before = readManagers(entries) ?? new Map<string, never>();
  const scale = readManagers(scaleEntries) ?? new Map<string, never>();
  const after: Managers = new Map();
  for (const [id, owner] of before) {
    if (owner.apiVersion !== apiVersion) continue;
    if (!hasPath(owner.set, REPLICAS) || scale.has(id)) {
      after.set(id, owner);
      scale.delete(id);
      continue;
    }
    const left = difference(owner.set, REPLICAS_SET);
    if (!isEmptySet(left)) after.set(id, { ...owner, set: left });
  }
  for (const [id, owner] of scale) {
    if (!hasPath(owner.set, REPLICAS)) continue;
    after.set(id, { ...owner, apiVersion, time: before.get(id)?.time, set: REPLICAS_SET });
  }
  return writeManagers(after);
}
