/** The API as one component of the cluster uses it: what it writes is its own. */
import type { KubeObject } from '../core/objects.js';
import type { Cancel } from '../time/clock.js';
import type {
  DeleteOptions,
  KubeApi,
  ListResult,
  ObjectKey,
  Selection,
  WatchEvent,
  WriteOptions,
} from './api.js';
import type { Resource } from './resources.js';

/** The controllers' name as a field manager: upstream's binary, which its `User-Agent` begins with. */
export const CONTROLLER_MANAGER = 'kube-controller-manager';
/** The scheduler's name as a field manager. */
export const SCHEDULER = 'kube-scheduler';
/** A kubelet's name as a field manager. */
export const KUBELET = 'kubelet';
/** The API server's own name as a field manager. */
export const API_SERVER = 'kube-apiserver';

/** The API with a field manager for every write that names none. */
export function actingAs(api: KubeApi, fieldManager: string): KubeApi {
  return new ActingApi(api, fieldManager);
}

class ActingApi implements KubeApi {
  readonly #api: KubeApi;
  readonly #fieldManager: string;

  constructor(api: KubeApi, fieldManager: string) {
    this.#api = api;
    this.#fieldManager = fieldManager;
  }

  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): T | undefined {
    return this.#api.get(resource, key);
  }

  list<T extends KubeObject>(resource: Resource<T>, selection?: Selection): ListResult<T> {
    return this.#api.list(resource, selection);
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): T {
    return this.#api.create(resource, object, this.#named(options));
  }

  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): T {
    return this.#api.update(resource, object, this.#named(options));
  }

  delete<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: DeleteOptions): T {
    return this.#api.delete(resource, key, options);
  }

  watch<T extends KubeObject>(
    resource: Resource<T>,
    listener: (event: WatchEvent<T>) => void,
    options?: Selection & { readonly sinceVersion?: string },
  ): Cancel {
    return this.#api.watch(resource, listener, options);
  }

  #named(options: WriteOptions | undefined): WriteOptions {
    return { fieldManager: this.#fieldManager, ...options };
  }
}
