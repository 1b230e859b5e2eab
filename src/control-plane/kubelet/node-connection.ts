/** A node's way to the API, which can be cut and mended. */
import type { KubeObject } from '../../core/objects.js';
import type { Cancel } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type {
  DeleteOptions,
  KubeApi,
  ListResult,
  ObjectKey,
  Selection,
  WatchEvent,
  WriteOptions,
} from '../api.js';
import type { Resource } from '../resources.js';

/**
 * The API as a node's kubelet sees it. While it is cut nothing that the kubelet writes arrives and it
 * learns of no change; a write then gives back what was to be written. Whoever writes through it has to
 * write again what matters when it is mended: see {@link NodeConnection.onMended}.
 */
export class NodeConnection implements KubeApi {
  readonly #api: KubeApi;
  readonly #listeners = new Set<() => void>();
  #isCut = false;

  constructor(api: KubeApi) {
    this.#api = api;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** From now on nothing passes. */
  cut(): void {
    this.#isCut = true;
  }

  /** Everything passes again; those who asked for it are told, in the order in which they asked. */
  mend(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` each time the connection is mended: to read again, and to write again. */
  onMended(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): T | undefined {
    return this.#api.get(resource, key);
  }

  list<T extends KubeObject>(resource: Resource<T>, selection?: Selection): ListResult<T> {
    return this.#api.list(resource, selection);
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): T {
    return this.#isCut ? object : this.#api.create(resource, object, options);
  }

  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): T {
    return this.#isCut ? object : this.#api.update(resource, object, options);
  }

  delete<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: DeleteOptions): T {
    if (!this.#isCut) return this.#api.delete(resource, key, options);
    const object = this.#api.get(resource, key);
    if (object === undefined) throw ApiError.notFound(resource, key.name);
    return object;
  }

  watch<T extends KubeObject>(
    resource: Resource<T>,
    listener: (event: WatchEvent<T>) => void,
    options?: Selection & { readonly sinceVersion?: string },
  ): Cancel {
    const gate = (event: WatchEvent<T>): void => {
      if (!this.#isCut) listener(event);
    };
    return this.#api.watch(resource, gate, options);
  }
}
