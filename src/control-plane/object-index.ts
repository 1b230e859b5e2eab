/** Objects of one resource by what they belong to, kept up to date by a watch. */
import type { KubeObject, Pod } from '../core/objects.js';
import type { Cancel } from '../time/clock.js';
import type { KubeApi } from './api.js';
import type { Informer } from './controller.js';
import { controllerOf } from './owner-references.js';
import { reconcileKey } from './object-keys.js';
import type { Resource } from './resources.js';

/** Under which keys an object is found. */
export type IndexKeys<T> = (object: T) => readonly string[];

/**
 * Finds objects without reading all of them. Empty until started; the manager starts the indexes of
 * its controllers before it watches for them, so a controller never sees one lag behind.
 */
export class ObjectIndex<T extends KubeObject> implements Informer {
  readonly #resource: Resource<T>;
  readonly #keysOf: IndexKeys<T>;
  readonly #groups = new Map<string, Map<string, T>>();

  /** @param keysOf - called again for every version of an object. */
  constructor(resource: Resource<T>, keysOf: IndexKeys<T>) {
    this.#resource = resource;
    this.#keysOf = keysOf;
  }

  start(api: KubeApi): Cancel {
    const { items, resourceVersion } = api.list(this.#resource);
    for (const object of items) this.#add(object);
    const cancel = api.watch(
      this.#resource,
      ({ type, object, previous }) => {
        if (type === 'DELETED') this.#remove(previous ?? object);
        else this.#replace(previous, object);
      },
      { sinceVersion: resourceVersion },
    );
    return () => {
      cancel();
      this.#groups.clear();
    };
  }

  /** The objects found under a key, in the order in which they came there. */
  of(key: string): readonly T[] {
    const group = this.#groups.get(key);
    return group === undefined ? [] : [...group.values()];
  }

  /** An object that keeps its keys keeps its place. */
  #replace(previous: T | undefined, object: T): void {
    if (previous !== undefined && !isSame(this.#keysOf(previous), this.#keysOf(object))) {
      this.#remove(previous);
    }
    this.#add(object);
  }

  #add(object: T): void {
    const id = reconcileKey(object);
    for (const key of this.#keysOf(object)) {
      let group = this.#groups.get(key);
      if (group === undefined) {
        group = new Map();
        this.#groups.set(key, group);
      }
      group.set(id, object);
    }
  }

  #remove(object: T): void {
    const id = reconcileKey(object);
    for (const key of this.#keysOf(object)) {
      const group = this.#groups.get(key);
      group?.delete(id);
      if (group?.size === 0) this.#groups.delete(key);
    }
  }
}

/** Objects by the UID of their controller, or by {@link orphansOf} their namespace when they have none. */
export function controllerIndex<T extends KubeObject>(resource: Resource<T>): ObjectIndex<T> {
  return new ObjectIndex(resource, (object) => [
    controllerOf(object)?.uid ?? orphansOf(object.metadata.namespace),
  ]);
}

/** The key under which a {@link controllerIndex} has the objects of a namespace without a controller. */
export function orphansOf(namespace: string | undefined): string {
  return `orphans of ${namespace ?? ''}`;
}

/** Pods by the name of their node; those without one by ''. */
export function nodeIndex(resource: Resource<Pod>): ObjectIndex<Pod> {
  return new ObjectIndex(resource, ({ spec }) => [spec.nodeName ?? '']);
}

/** Objects by namespace. */
export function namespaceIndex<T extends KubeObject>(resource: Resource<T>): ObjectIndex<T> {
  return new ObjectIndex(resource, (object) => [object.metadata.namespace ?? '']);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
