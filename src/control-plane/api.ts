/**
 * The port through which everything inside the control plane (controllers, scheduler, kubelet) and
 * the HTTP face read and write objects. Synchronous: a call has happened when it returns.
 */
import type { KubeObject } from '../core/objects.js';
import type { Cancel } from '../time/clock.js';
import type { Resource } from './resources.js';

/** Names one object; `namespace` is '' for resources without one. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/** What a list or watch selects. Absent fields select everything. */
export interface Selection {
  readonly namespace?: string;
  /** Must hold of an object for it to be selected. */
  readonly matches?: (object: KubeObject) => boolean;
}

/** One change, as a watch reports it. */
export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The object after the change; for DELETED its last state, with the version of the deletion. */
  readonly object: T;
  /** The object before the change; absent for ADDED. */
  readonly previous?: T;
}

/** Objects of a list, at one instant. */
export interface ListResult<T> {
  readonly items: readonly T[];
  /** The store's version at that instant: a watch since it misses nothing. */
  readonly resourceVersion: string;
}

/** What a create, an update or a patch is to change. */
export interface WriteOptions {
  /**
   * Absent: everything but the status is taken from the object. `status`: only the status.
   * `binding`: only `spec.nodeName` of a pod that has none yet (what the scheduler writes).
   * `finalize`: only `spec.finalizers` of a namespace; the last one gone, the namespace goes.
   * `scale`: what was changed is the count of replicas, through the scale of the object.
   */
  readonly subresource?: 'status' | 'binding' | 'finalize' | 'scale';
  /** Who owns what the write sets; absent: nobody said. */
  readonly fieldManager?: string;
  /** Does everything but store. */
  readonly dryRun?: boolean;
}

/** How an object goes; absent fields have the defaults of its kind. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/**
 * Objects given back are shared and frozen by type: whoever changes one makes a new one.
 * Every method that can be refused throws `ApiError` (`api-error.ts`) with upstream's reason.
 */
export interface KubeApi {
  /** The object, or undefined. */
  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): T | undefined;
  /** Selected objects in order of namespace and name. */
  list<T extends KubeObject>(resource: Resource<T>, selection?: Selection): ListResult<T>;
  /** Defaults, admits, validates and stores a new object. */
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): T;
  /**
   * Replaces an object. With a `resourceVersion` in its metadata that is not the present one: Conflict.
   * A write that changes nothing gives back the stored object and makes no version and no watch event.
   */
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): T;
  /**
   * Deletes, or begins to: with finalizers or a grace period the object stays with a
   * `deletionTimestamp`. Gives back the object as it then is.
   */
  delete<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: DeleteOptions): T;
  /**
   * Calls `listener` for every change after `sinceVersion` (a version from `list`; absent: from now),
   * in order, within the call that made the change. A version that is too old: `ApiError` 410.
   */
  watch<T extends KubeObject>(
    resource: Resource<T>,
    listener: (event: WatchEvent<T>) => void,
    options?: Selection & { readonly sinceVersion?: string },
  ): Cancel;
}
