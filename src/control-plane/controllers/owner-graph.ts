/** Who depends on whom, over all resources: what garbage collection looks at. */
import type { KubeObject, OwnerReference } from '../../core/objects.js';
import type { KubeApi } from '../api.js';
import type { Informer, ReconcileKey } from '../controller.js';
import { ObjectIndex } from '../object-index.js';
import { keyOf, objectKey, reconcileKey } from '../object-keys.js';
import type { Resource } from '../resources.js';

/** An object and the resource it is one of. */
export interface GraphNode {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** What an owner reference comes to: an owner that lives, one that is gone, one that waits to go. */
export type OwnerState = 'solid' | 'dangling' | 'waiting';

/** The finalizer of an object that waits for its dependents to go. */
export const FOREGROUND = 'foregroundDeletion';
/** The finalizer of an object whose dependents are to be set free. */
export const ORPHAN = 'orphan';

/** Looks dependents up by the UID of their owner and owners by their reference. */
export class OwnerGraph {
  readonly #api: KubeApi;
  readonly #byKind = new Map<string, Resource>();
  readonly #byPath = new Map<string, Resource>();
  readonly #dependents: readonly {
    readonly resource: Resource;
    readonly index: ObjectIndex<KubeObject>;
  }[];

  /** @param resources - everything that can own or be owned. */
  constructor(api: KubeApi, resources: readonly Resource[]) {
    this.#api = api;
    for (const resource of resources) {
      this.#byKind.set(`${apiVersionOf(resource)} ${resource.kind}`, resource);
      this.#byPath.set(pathOf(resource), resource);
    }
    this.#dependents = resources.map((resource) => ({
      resource,
      index: new ObjectIndex(resource, ({ metadata }) =>
        (metadata.ownerReferences ?? []).map(({ uid }) => uid),
      ),
    }));
  }

  get informers(): readonly Informer[] {
    return this.#dependents.map(({ index }) => index);
  }

  /** Everything that names this object as an owner. */
  dependentsOf({ metadata }: KubeObject): readonly GraphNode[] {
    return this.#dependents.flatMap(({ resource, index }) =>
      index.of(metadata.uid ?? '').map((object) => ({ resource, object })),
    );
  }

  /** The state of an owner that `dependent` names. An owner of an unknown kind counts as solid. */
  ownerState(dependent: KubeObject, reference: OwnerReference): OwnerState {
    const resource = this.#ownerResource(reference);
    if (resource === undefined) return 'solid';
    const namespace = resource.namespaced ? (dependent.metadata.namespace ?? '') : '';
    const owner = this.#api.get(resource, { namespace, name: reference.name });
    if (owner === undefined || owner.metadata.uid !== reference.uid) return 'dangling';
    return isAwaitingDependents(owner) ? 'waiting' : 'solid';
  }

  /** Names an object of any resource. */
  keyOf({ resource, object }: GraphNode): ReconcileKey {
    return `${pathOf(resource)} ${reconcileKey(object)}`;
  }

  /** The key of an owner; undefined when its kind is unknown. */
  ownerKey(dependent: KubeObject, reference: OwnerReference): ReconcileKey | undefined {
    const resource = this.#ownerResource(reference);
    if (resource === undefined) return undefined;
    const { namespace } = dependent.metadata;
    const isNamed = resource.namespaced && namespace !== undefined;
    return `${pathOf(resource)} ${isNamed ? `${namespace}/` : ''}${reference.name}`;
  }

  /** What a key names, as it is now; undefined when it is gone. */
  find(key: ReconcileKey): GraphNode | undefined {
    const space = key.indexOf(' ');
    const resource = this.#byPath.get(key.slice(0, space));
    if (resource === undefined) return undefined;
    const object = this.#api.get(resource, objectKey(key.slice(space + 1)));
    return object === undefined ? undefined : { resource, object };
  }

  /** The object as it is now; undefined when it is gone or another one has its name. */
  latest({ resource, object }: GraphNode): KubeObject | undefined {
    const found = this.#api.get(resource, keyOf(object));
    return found?.metadata.uid === object.metadata.uid ? found : undefined;
  }

  #ownerResource({ apiVersion, kind }: OwnerReference): Resource | undefined {
    return this.#byKind.get(`${apiVersion} ${kind}`);
  }
}

/** The object is being deleted and waits for its dependents. */
export function isAwaitingDependents({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && hasFinalizer(metadata, FOREGROUND);
}

/** The object is being deleted and sets its dependents free first. */
export function isOrphaning({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && hasFinalizer(metadata, ORPHAN);
}

function hasFinalizer({ finalizers }: KubeObject['metadata'], name: string): boolean {
  return finalizers?.includes(name) === true;
}

function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

function pathOf({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}
