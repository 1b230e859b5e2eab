/** Where objects live: versions, a bounded history, watches that resume, and nothing of Kubernetes' rules. */
import type { KubeObject } from '../../core/objects.js';
import type { Cancel } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { ListResult, ObjectKey, Selection, WatchEvent } from '../api.js';
import { ObjectTable } from './object-table.js';
import type { HistoryBounds, StoredChange } from './object-table.js';

/** How a store is made. */
export interface ObjectStoreOptions {
  /**
   * The version before the first write. Well above 1 by default, so that version 1 is always one that
   * a real server would have compacted.
   */
  readonly firstVersion?: number;
  /** Changes of one table that are kept at least (and at most twice as many) for watches to resume from. */
  readonly historyLimit?: number;
  /**
   * Versions of the whole store after which a change is forgotten all the same, so that tables that
   * change seldom do not keep what is long past; upstream compacts by time.
   */
  readonly historySpan?: number;
}

interface Watcher {
  readonly selection: Selection;
  readonly listener: (event: WatchEvent) => void;
  /** Changes up to this version were delivered, or are from before the watch. */
  deliveredVersion: number;
}

interface Delivery {
  readonly watchers: Set<Watcher>;
  readonly change: StoredChange;
}

const DEFAULT_FIRST_VERSION = 1_000;
const DEFAULT_HISTORY_LIMIT = 4_096;
const DEFAULT_HISTORY_SPAN = 8_192;

/**
 * Keeps objects in tables, one for each resource. Every write takes the next version of the whole
 * store and is told to the watchers of its table, in order of versions.
 *
 * Listeners are called within the write. A listener that writes is allowed: its change is delivered
 * after the one being delivered, so every listener sees versions rise.
 */
export class ObjectStore {
  readonly #tables = new Map<string, ObjectTable>();
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #deliveries: Delivery[] = [];
  readonly #history: HistoryBounds;
  readonly #firstVersion: number;
  #version: number;
  #isDelivering = false;

  constructor(options: ObjectStoreOptions = {}) {
    this.#firstVersion = options.firstVersion ?? DEFAULT_FIRST_VERSION;
    this.#history = {
      limit: options.historyLimit ?? DEFAULT_HISTORY_LIMIT,
      span: options.historySpan ?? DEFAULT_HISTORY_SPAN,
    };
    this.#version = this.#firstVersion;
  }

  /** The version of the last write, whatever it wrote. */
  get version(): number {
    return this.#version;
  }

  /** The object, or undefined. */
  get(table: string, key: ObjectKey): KubeObject | undefined {
    return this.#table(table).get(key);
  }

  /** Selected objects in order of namespace and name, and the store's version. */
  list(table: string, selection: Selection = {}): ListResult<KubeObject> {
    const all = this.#table(table).list(selection.namespace);
    const { matches } = selection;
    return {
      items: matches === undefined ? all : all.filter((object) => matches(object)),
      resourceVersion: String(this.#version),
    };
  }

  /**
   * As `list`, but as things stood just after `version` was written.
   *
   * @throws {ApiError} 410 when the history no longer reaches back so far.
   */
  listAt(table: string, version: number, selection: Selection = {}): ListResult<KubeObject> {
    const current = this.#table(table);
    if (version >= this.#version) return this.list(table, selection);
    this.#refuseCompacted(current, version);
    const { matches } = selection;
    const items = current.listAt(version, selection.namespace);
    return {
      items: matches === undefined ? items : items.filter((object) => matches(object)),
      resourceVersion: String(version),
    };
  }

  /**
   * Stores an object under the key of its metadata, with the next version in it. The caller has
   * decided that it may be written.
   *
   * @returns the object as stored.
   */
  put(table: string, object: KubeObject): KubeObject {
    const target = this.#table(table);
    const version = this.#version + 1;
    const stored = withVersion(object, version);
    const previous = target.put(stored);
    this.#version = version;
    this.#record(table, {
      version,
      type: previous === undefined ? 'ADDED' : 'MODIFIED',
      object: stored,
      previous,
    });
    return stored;
  }

  /**
   * Removes an object; absent ones are left absent.
   *
   * @returns its last state with the version of the removal, or undefined when there was none.
   */
  remove(table: string, key: ObjectKey): KubeObject | undefined {
    const previous = this.#table(table).remove(key);
    if (previous === undefined) return undefined;
    const version = ++this.#version;
    const object = withVersion(previous, version);
    this.#record(table, { version, type: 'DELETED', object, previous });
    return object;
  }

  /**
   * Calls `listener` for every change after `sinceVersion` (absent: from now). Past changes are
   * delivered before this returns. A change by which an object enters or leaves the selection is
   * told as ADDED or DELETED, as upstream's watch cache does.
   *
   * @throws {ApiError} 410 when the history no longer reaches back to `sinceVersion`.
   */
  watch(
    table: string,
    listener: (event: WatchEvent) => void,
    options: Selection & { readonly sinceVersion?: number } = {},
  ): Cancel {
    const source = this.#table(table);
    const since = options.sinceVersion ?? this.#version;
    this.#refuseCompacted(source, since);
    const watcher: Watcher = { selection: options, listener, deliveredVersion: since };
    const watchers = this.#watchersOf(table);
    watchers.add(watcher);
    this.#replay(source.changesSince(since), watcher, watchers);
    return () => {
      watchers.delete(watcher);
    };
  }

  /** Writes made by the listener meanwhile wait, so that it does not hear of them too early. */
  #replay(changes: readonly StoredChange[], watcher: Watcher, watchers: Set<Watcher>): void {
    const wasDelivering = this.#isDelivering;
    this.#isDelivering = true;
    try {
      for (const change of changes) {
        if (!watchers.has(watcher)) break;
        deliver(watcher, change);
      }
    } finally {
      this.#isDelivering = wasDelivering;
    }
    if (!wasDelivering) this.#deliverAll();
  }

  #record(table: string, change: StoredChange): void {
    this.#table(table).record(change, this.#history);
    const watchers = this.#watchers.get(table);
    if (watchers === undefined || watchers.size === 0) return;
    this.#deliveries.push({ watchers, change });
    if (!this.#isDelivering) this.#deliverAll();
  }

  /** Delivers until nothing is left. A listener that throws does not keep the others from hearing. */
  #deliverAll(): void {
    const failures: unknown[] = [];
    this.#isDelivering = true;
    for (let next = this.#deliveries.shift(); next !== undefined; next = this.#deliveries.shift()) {
      for (const watcher of next.watchers) {
        try {
          deliver(watcher, next.change);
        } catch (error) {
          failures.push(error);
        }
      }
    }
    this.#isDelivering = false;
    if (failures.length > 0) throw new AggregateError(failures, 'a watch listener failed');
  }

  #table(name: string): ObjectTable {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new ObjectTable(this.#firstVersion);
      this.#tables.set(name, table);
    }
    return table;
  }

  #watchersOf(table: string): Set<Watcher> {
    let watchers = this.#watchers.get(table);
    if (watchers === undefined) {
      watchers = new Set();
      this.#watchers.set(table, watchers);
    }
    return watchers;
  }

  #refuseCompacted(table: ObjectTable, version: number): void {
    if (version < table.oldestVersion) throw ApiError.expired(version, this.#version);
  }
}

function deliver(watcher: Watcher, change: StoredChange): void {
  if (change.version <= watcher.deliveredVersion) return;
  watcher.deliveredVersion = change.version;
  const event = selectedEvent(watcher.selection, change);
  if (event !== undefined) watcher.listener(event);
}

/**
 * The change as a selection sees it; undefined when it does not concern it.
 *
 * @see Source: kubernetes `apiserver/pkg/storage/cacher/cache_watcher.go`, `convertToWatchEvent`.
 */
function selectedEvent(selection: Selection, change: StoredChange): WatchEvent | undefined {
  const { object, previous, type } = change;
  const { namespace, matches } = selection;
  if (namespace !== undefined && object.metadata.namespace !== namespace) return undefined;
  const isIn = type !== 'DELETED' && (matches?.(object) ?? true);
  const wasIn = previous !== undefined && (matches?.(previous) ?? true);
  if (!wasIn) return isIn ? { type: 'ADDED', object } : undefined;
  if (isIn) return { type: 'MODIFIED', object, previous };
  return { type: 'DELETED', object: withVersion(previous, change.version), previous };
}

function withVersion(object: KubeObject, version: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}
