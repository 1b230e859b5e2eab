/** The garbage collector: deletes what lost its owners, in the background, foreground or not at all. */
import type { KubeObject, OwnerReference } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { Controller, ControllerWatch, Informer, ReconcileKey } from '../controller.js';
import { keyOf } from '../object-keys.js';
import { withoutOwners } from '../owner-references.js';
import type { Resource } from '../resources.js';
import {
  FOREGROUND,
  ORPHAN,
  OwnerGraph,
  isAwaitingDependents,
  isOrphaning,
} from './owner-graph.js';
import type { GraphNode } from './owner-graph.js';

/**
 * One object at a time: what waits for its dependents goes when the blocking ones are gone, what sets
 * them free does so, and what has no living owner left is deleted.
 *
 * @see Source: kubernetes `pkg/controller/garbagecollector/garbagecollector.go`, `attemptToDeleteItem`,
 *   `processDeletingDependentsItem` and `orphanDependents`.
 */
export class GarbageCollector implements Controller {
  readonly name = 'garbage-collector';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #graph: OwnerGraph;

  /** @param resources - everything that can own or be owned (upstream leaves events out). */
  constructor(api: KubeApi, resources: readonly Resource[]) {
    this.#api = api;
    this.#graph = new OwnerGraph(api, resources);
    this.informers = this.#graph.informers;
    this.watches = resources.map((resource) => ({
      resource,
      keysFor: (event) => this.#concerned(resource, event),
    }));
  }

  reconcile(key: ReconcileKey): undefined {
    const node = this.#graph.find(key);
    if (node === undefined) return;
    const { object } = node;
    if (isOrphaning(object)) this.#orphanDependents(node);
    else if (isAwaitingDependents(object)) this.#finishWhenAlone(node);
    else if (object.metadata.deletionTimestamp === undefined) this.#collect(node);
  }

  #orphanDependents(owner: GraphNode): void {
    const { uid } = owner.object.metadata;
    for (const dependent of this.#graph.dependentsOf(owner.object)) {
      this.#write(dependent, (object) =>
        withoutOwners(object, (reference) => reference.uid === uid),
      );
    }
    this.#removeFinalizer(owner, ORPHAN);
  }

  #finishWhenAlone(owner: GraphNode): void {
    const blocking = this.#graph
      .dependentsOf(owner.object)
      .filter(({ object }) => isBlocking(object, owner.object));
    if (blocking.length === 0) this.#removeFinalizer(owner, FOREGROUND);
  }

  #collect(node: GraphNode): void {
    const { object } = node;
    const references = object.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const states = new Map(
      references.map((reference) => [reference.uid, this.#graph.ownerState(object, reference)]),
    );
    const values = [...states.values()];
    if (values.includes('solid')) {
      if (values.every((state) => state === 'solid')) return;
      this.#write(node, (latest) =>
        withoutOwners(latest, ({ uid }) => states.get(uid) !== 'solid'),
      );
      return;
    }
    const dependents = this.#graph.dependentsOf(object);
    if (!values.includes('waiting') || dependents.length === 0) {
      this.#delete(node, undefined);
      return;
    }
    // owners and dependents that wait for each other would wait for ever
    if (dependents.some((dependent) => isAwaitingDependents(dependent.object))) {
      this.#write(node, withUnblockedOwners);
    }
    this.#delete(node, 'Foreground');
  }

  #delete({ resource, object }: GraphNode, propagationPolicy: 'Foreground' | undefined): void {
    const { uid } = object.metadata;
    const finalizers = object.metadata.finalizers ?? [];
    const kept = finalizers.includes(ORPHAN)
      ? 'Orphan'
      : finalizers.includes(FOREGROUND)
        ? 'Foreground'
        : 'Background';
    try {
      this.#api.delete(resource, keyOf(object), {
        propagationPolicy: propagationPolicy ?? kept,
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  #removeFinalizer(node: GraphNode, name: string): void {
    this.#write(node, (object) => {
      const { finalizers = [], ...metadata } = object.metadata;
      const kept = finalizers.filter((finalizer) => finalizer !== name);
      return {
        ...object,
        metadata: kept.length === 0 ? metadata : { ...metadata, finalizers: kept },
      };
    });
  }

  #write(node: GraphNode, change: (object: KubeObject) => KubeObject): void {
    const latest = this.#graph.latest(node);
    if (latest === undefined) return;
    try {
      this.#api.update(node.resource, change(latest));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Itself, dependents whose owner goes, and owners that may have waited for it. */
  #concerned(resource: Resource, event: WatchEvent): readonly ReconcileKey[] {
    const { type, object, previous } = event;
    const keys: ReconcileKey[] = [];
    if (type !== 'DELETED' && this.#needsLook(object, previous)) {
      keys.push(this.#graph.keyOf({ resource, object }));
    }
    const hasBegunToWait =
      isAwaitingDependents(object) && (previous === undefined || !isAwaitingDependents(previous));
    if (type === 'DELETED' || hasBegunToWait) {
      const dependents = this.#graph.dependentsOf(object);
      keys.push(...dependents.map((dependent) => this.#graph.keyOf(dependent)));
    }
    const freed = freedOwners(event).map((owner) => this.#graph.ownerKey(object, owner));
    return [...keys, ...freed.filter((key) => key !== undefined)];
  }

  /** Most changes are of no interest: asking here keeps them out of the queue. */
  #needsLook(object: KubeObject, previous: KubeObject | undefined): boolean {
    if (isOrphaning(object) || isAwaitingDependents(object)) return true;
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0 || object.metadata.deletionTimestamp !== undefined) return false;
    if (previous !== undefined && isEqualJson(previous.metadata.ownerReferences, owners)) {
      return false;
    }
    return owners.some((owner) => this.#graph.ownerState(object, owner) !== 'solid');
  }
}

function isBlocking(dependent: KubeObject, owner: KubeObject): boolean {
  return (dependent.metadata.ownerReferences ?? []).some(
    ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
  );
}

/** Owners that this change no longer holds back. */
function freedOwners({ type, object, previous }: WatchEvent): readonly OwnerReference[] {
  const before = (previous ?? object).metadata.ownerReferences ?? [];
  if (type === 'DELETED') return before;
  const after = object.metadata.ownerReferences ?? [];
  if (previous === undefined || isEqualJson(before, after)) return [];
  const blocked = new Set(
    after.filter((owner) => owner.blockOwnerDeletion === true).map(({ uid }) => uid),
  );
  return before.filter(({ uid }) => !blocked.has(uid));
}

function withUnblockedOwners(object: KubeObject): KubeObject {
  const ownerReferences = (object.metadata.ownerReferences ?? []).map((reference) =>
    Object.assign({}, reference, { blockOwnerDeletion: false }),
  );
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

/** The object went, or another one took its name: nothing is left to do. */
function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.reason === 'NotFound' || error.reason === 'Conflict');
}
