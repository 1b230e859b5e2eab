/** The objects of one resource, indexed by namespace and name, with the changes that led there. */
import type { KubeObject } from '../../core/objects.js';
import type { ObjectKey } from '../api.js';

/** One write, as history keeps it. */
export interface StoredChange {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The object after the write; for DELETED its last state with the version of the deletion. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

/** How much of its past a table keeps. */
export interface HistoryBounds {
  /** Changes of the table. */
  readonly limit: number;
  /** Versions of the whole store. */
  readonly span: number;
}

interface NamespaceObjects {
  readonly byName: Map<string, KubeObject>;
  /** In order of name; undefined when something changed since it was made. */
  sorted: readonly KubeObject[] | undefined;
}

/** Holds no rules: whoever writes has checked. Listing is a copy-free read of a sorted, cached array. */
export class ObjectTable {
  readonly #namespaces = new Map<string, NamespaceObjects>();
  readonly #history: StoredChange[] = [];
  #oldestVersion: number;
  #all: readonly KubeObject[] | undefined;

  /** @param firstVersion - the version at which the table is empty. */
  constructor(firstVersion: number) {
    this.#oldestVersion = firstVersion;
  }

  /** The lowest version whose following changes are all still known. */
  get oldestVersion(): number {
    return this.#oldestVersion;
  }

  get(key: ObjectKey): KubeObject | undefined {
    return this.#namespaces.get(key.namespace)?.byName.get(key.name);
  }

  /** Every object of a namespace (absent: of all), in etcd's order of `namespace/name`. */
  list(namespace: string | undefined): readonly KubeObject[] {
    if (namespace !== undefined) {
      const objects = this.#namespaces.get(namespace);
      return objects === undefined ? [] : sortedObjects(objects);
    }
    this.#all ??= [...this.#namespaces.keys()]
      .sort((a, b) => compareText(`${a}/`, `${b}/`))
      .flatMap((name) => this.list(name));
    return this.#all;
  }

  /** As `list`, with every change after `version` undone. `version` is at least `oldestVersion`. */
  listAt(version: number, namespace: string | undefined): readonly KubeObject[] {
    const objects = new Map(this.list(namespace).map((object) => [orderKey(object), object]));
    const changes = this.changesSince(version);
    for (let index = changes.length - 1; index >= 0; index--) {
      const change = changes[index];
      if (change === undefined) continue;
      if (namespace !== undefined && change.object.metadata.namespace !== namespace) continue;
      if (change.previous === undefined) objects.delete(orderKey(change.object));
      else objects.set(orderKey(change.object), change.previous);
    }
    return [...objects].sort(([a], [b]) => compareText(a, b)).map(([, object]) => object);
  }

  /** Stores the object and gives back the one it replaced. */
  put(object: KubeObject): KubeObject | undefined {
    const { namespace = '', name } = object.metadata;
    let objects = this.#namespaces.get(namespace);
    if (objects === undefined) {
      objects = { byName: new Map(), sorted: [] };
      this.#namespaces.set(namespace, objects);
    }
    const previous = objects.byName.get(name);
    objects.byName.set(name, object);
    this.#forgetOrder(objects);
    return previous;
  }

  /** Removes and gives back the object; undefined when there is none. */
  remove(key: ObjectKey): KubeObject | undefined {
    const objects = this.#namespaces.get(key.namespace);
    const previous = objects?.byName.get(key.name);
    if (objects === undefined || previous === undefined) return undefined;
    objects.byName.delete(key.name);
    if (objects.byName.size === 0) this.#namespaces.delete(key.namespace);
    this.#forgetOrder(objects);
    return previous;
  }

  /**
   * Appends to the history, which keeps between `limit` and twice `limit` changes, none of them much
   * more than `span` versions old.
   */
  record(change: StoredChange, { limit, span }: HistoryBounds): void {
    this.#history.push(change);
    const first = this.#history[0]?.version ?? change.version;
    if (this.#history.length > 2 * limit) this.#drop(this.#history.length - limit);
    // in pieces, so that not every write moves the whole list; in small ones, so that memory stays flat
    else if (change.version - first > span + span / 16) {
      this.#drop(this.#history.length - this.changesSince(change.version - span).length);
    }
  }

  /** Changes after `version`, oldest first. */
  changesSince(version: number): readonly StoredChange[] {
    let low = 0;
    let high = this.#history.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#history[middle]?.version ?? 0) <= version) low = middle + 1;
      else high = middle;
    }
    return this.#history.slice(low);
  }

  #drop(count: number): void {
    const dropped = this.#history.splice(0, count);
    this.#oldestVersion = dropped.at(-1)?.version ?? this.#oldestVersion;
  }

  #forgetOrder(objects: NamespaceObjects): void {
    objects.sorted = undefined;
    this.#all = undefined;
  }
}

function sortedObjects(objects: NamespaceObjects): readonly KubeObject[] {
  objects.sorted ??= [...objects.byName.values()].sort((a, b) =>
    compareText(a.metadata.name, b.metadata.name),
  );
  return objects.sorted;
}

function orderKey(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
