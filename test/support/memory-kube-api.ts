/** A `KubeApi` of a hundred lines for tests of components: versions, watches, graceful deletion of pods. */
/* oxlint-disable typescript/no-unsafe-type-assertion -- what a table gives back has the type that was put in */
import type { KubeObject, Pod } from '../../src/core/objects.js';
import { kubeTime } from '../../src/core/kube-time.js';
import type { Cancel, Clock } from '../../src/time/clock.js';
import type {
  DeleteOptions,
  KubeApi,
  ListResult,
  ObjectKey,
  Selection,
  WatchEvent,
  WriteOptions,
} from '../../src/control-plane/api.js';
import type { Resource } from '../../src/control-plane/resources.js';

interface Watcher {
  readonly plural: string;
  readonly selection: Selection;
  readonly listener: (event: WatchEvent) => void;
}

/** No defaults, no validation: objects are stored as they come, with metadata filled in. */
export class MemoryKubeApi implements KubeApi {
  readonly #objects = new Map<string, KubeObject>();
  readonly #watchers = new Set<Watcher>();
  readonly #clock: Clock;
  #version = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): T | undefined {
    return this.#objects.get(id(resource, key)) as T | undefined;
  }

  list<T extends KubeObject>(resource: Resource<T>, selection: Selection = {}): ListResult<T> {
    const items = [...this.#objects.entries()]
      .filter(([key, object]) => key.startsWith(`${resource.plural}/`) && isIn(object, selection))
      .map(([, object]) => object as T);
    return { items, resourceVersion: String(this.#version) };
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T): T {
    const metadata = {
      uid: `uid-${object.metadata.name}`,
      creationTimestamp: kubeTime(this.#clock.now()),
      generation: 1,
      ...object.metadata,
      ...(resource.namespaced ? { namespace: object.metadata.namespace ?? 'default' } : {}),
    };
    return this.#store(resource, { ...object, metadata }, 'ADDED');
  }

  update<T extends KubeObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): T {
    const before = this.#mustGet(resource, object.metadata);

    const after =
      options.subresource === 'status'
        ? { ...before, ...statusOf(object) }
        : { ...object, ...statusOf(before) };
    if (JSON.stringify(before) === JSON.stringify(after)) return before;
    return this.#store(resource, after, 'MODIFIED');
  }

  delete<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): T {
    const object = this.#mustGet(resource, key);
    const spec = resource.kind === 'Pod' ? (object as unknown as Pod).spec : undefined;
    const grace = options.gracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30;
    if (spec?.nodeName === undefined || grace === 0) {
      this.#objects.delete(id(resource, key));
      this.#tell(resource, { type: 'DELETED', object: this.#versioned(object) });
      return object;
    }
    const metadata = {
      ...object.metadata,
      deletionTimestamp: kubeTime(this.#clock.now() + grace * 1_000),
      deletionGracePeriodSeconds: grace,
    };
    return this.#store(resource, { ...object, metadata }, 'MODIFIED');
  }

  watch<T extends KubeObject>(
    resource: Resource<T>,
    listener: (event: WatchEvent<T>) => void,
    options: Selection = {},
  ): Cancel {
    const watcher: Watcher = {
      plural: resource.plural,
      selection: options,
      listener: listener as (event: WatchEvent) => void,
    };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #mustGet<T extends KubeObject>(
    resource: Resource<T>,
    key: { namespace?: string; name: string },
  ): T {
    const object = this.get(resource, { namespace: key.namespace ?? '', name: key.name });
    if (object === undefined) throw new Error(`no ${resource.kind} ${key.name}`);
    return object;
  }

  #versioned<T extends KubeObject>(object: T): T {
    const resourceVersion = String(++this.#version);
    return { ...object, metadata: { ...object.metadata, resourceVersion } };
  }

  #store<T extends KubeObject>(resource: Resource<T>, object: T, type: 'ADDED' | 'MODIFIED'): T {
    const stored = this.#versioned(object);
    const key = { namespace: stored.metadata.namespace ?? '', name: stored.metadata.name };
    const previous = this.get(resource, key);
    this.#objects.set(id(resource, key), stored);
    this.#tell(resource, { type, object: stored, ...(previous === undefined ? {} : { previous }) });
    return stored;
  }

  #tell(resource: Resource, event: WatchEvent): void {
    for (const watcher of this.#watchers) {
      if (watcher.plural !== resource.plural) continue;
      const was = event.previous !== undefined && isIn(event.previous, watcher.selection);
      if (!isIn(event.object, watcher.selection)) continue;
      watcher.listener(event.type === 'MODIFIED' && !was ? { ...event, type: 'ADDED' } : event);
    }
  }
}

function id(resource: Resource, key: ObjectKey): string {
  return `${resource.plural}/${key.namespace}/${key.name}`;
}

function isIn(object: KubeObject, { namespace, matches }: Selection): boolean {
  if (namespace !== undefined && namespace !== '' && object.metadata.namespace !== namespace) {
    return false;
  }
  return matches === undefined || matches(object);
}

function statusOf(object: object): object {
  return 'status' in object ? { status: object.status } : {};
}
