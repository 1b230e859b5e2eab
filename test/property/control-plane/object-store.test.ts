import {
  array,
  assert,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  property,
  record,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/control-plane/api.js';
import { ObjectStore } from '../../../src/control-plane/store/object-store.js';
import type { KubeObject } from '../../../src/core/objects.js';

const FIRST_VERSION = 1_000;

type Action =
  | {
      readonly kind: 'put';
      readonly namespace: string;
      readonly name: string;
      readonly color: string;
    }
  | { readonly kind: 'remove'; readonly namespace: string; readonly name: string };

const namespaces = constantFrom('a', 'a-b', 'b');
const names = constantFrom('x', 'y', 'z');
const actions = array(
  oneof(
    record({
      kind: constant('put' as const),
      namespace: namespaces,
      name: names,
      color: constantFrom('red', 'blue'),
    }),
    record({ kind: constant('remove' as const), namespace: namespaces, name: names }),
  ),
  { maxLength: 60 },
);

function thing(namespace: string, name: string, color: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { namespace, name, labels: { color } } };
}

function act(store: ObjectStore, action: Action): void {
  if (action.kind === 'put')
    store.put('things', thing(action.namespace, action.name, action.color));
  else store.remove('things', { namespace: action.namespace, name: action.name });
}

function isRed(one: KubeObject): boolean {
  return one.metadata.labels?.['color'] === 'red';
}

function versionOf(object: KubeObject): number {
  return Number(object.metadata.resourceVersion);
}

/** What a client that keeps a copy by listing once and watching holds in the end. */
function applied(
  start: readonly KubeObject[],
  events: readonly WatchEvent[],
): readonly KubeObject[] {
  const copy = new Map(start.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]));
  for (const { type, object: changed } of events) {
    const key = `${changed.metadata.namespace}/${changed.metadata.name}`;
    if (type === 'DELETED') copy.delete(key);
    else copy.set(key, changed);
  }
  return [...copy].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

describe('the object store', () => {
  it('gives every write a higher version than the one before', () => {
    assert(
      property(actions, (sequence) => {
        const store = new ObjectStore({ firstVersion: FIRST_VERSION });
        const seen: number[] = [];
        store.watch('things', (event) => seen.push(versionOf(event.object)));

        for (const action of sequence) act(store, action);

        expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
        expect(store.version).toBe(seen.at(-1) ?? FIRST_VERSION);
      }),
    );
  });

  it('lists and watches so that a copy kept from any moment ends up equal to the store', () => {
    assert(
      property(actions, nat(60), (sequence, split) => {
        const store = new ObjectStore({ firstVersion: FIRST_VERSION });
        const moment = Math.min(split, sequence.length);
        for (const action of sequence.slice(0, moment)) act(store, action);
        const { items, resourceVersion } = store.list('things');
        for (const action of sequence.slice(moment)) act(store, action);
        const events: WatchEvent[] = [];

        store.watch('things', (event) => events.push(event), {
          sinceVersion: Number(resourceVersion),
        });

        expect(applied(items, events)).toEqual(store.list('things').items);
      }),
    );
  });

  it('shows a selection the entering and leaving of objects as ADDED and DELETED', () => {
    assert(
      property(actions, nat(60), (sequence, split) => {
        const store = new ObjectStore({ firstVersion: FIRST_VERSION });
        const moment = Math.min(split, sequence.length);
        for (const action of sequence.slice(0, moment)) act(store, action);
        const { items } = store.list('things', { namespace: 'a', matches: isRed });
        const events: WatchEvent[] = [];
        store.watch('things', (event) => events.push(event), { namespace: 'a', matches: isRed });

        for (const action of sequence.slice(moment)) act(store, action);

        expect(applied(items, events)).toEqual(
          store.list('things', { namespace: 'a', matches: isRed }).items,
        );
      }),
    );
  });

  it('remembers how the list stood at every version that history reaches', () => {
    assert(
      property(actions, (sequence) => {
        const store = new ObjectStore({ firstVersion: FIRST_VERSION });
        const lists = new Map([[store.version, store.list('things').items]]);
        for (const action of sequence) {
          act(store, action);
          lists.set(store.version, store.list('things').items);
        }

        for (const [version, items] of lists) {
          expect(store.listAt('things', version).items).toEqual(items);
        }
      }),
    );
  });

  it('answers 410 below its history and replays completely above, whatever the limit', () => {
    assert(
      property(actions, integer({ min: 1, max: 8 }), (sequence, historyLimit) => {
        const store = new ObjectStore({ firstVersion: FIRST_VERSION, historyLimit });
        const changes: number[] = [];
        store.watch('things', (event) => changes.push(versionOf(event.object)));
        for (const action of sequence) act(store, action);

        for (let since = FIRST_VERSION; since <= store.version; since++) {
          const replayed: number[] = [];
          const watch = (): void => {
            store.watch('things', (event) => replayed.push(versionOf(event.object)), {
              sinceVersion: since,
            });
          };
          const due = changes.filter((version) => version > since);
          if (due.length > 2 * historyLimit) expect(watch).toThrow(/too old resource version/);
          if (due.length <= historyLimit) {
            watch();
            expect(replayed).toEqual(due);
          }
        }
        expect(() => store.watch('things', () => {}, { sinceVersion: 1 })).toThrow(/too old/);
      }),
    );
  });

  it('tells every listener of rising versions even when listeners write', () => {
    assert(
      property(actions, (sequence) => {
        const store = new ObjectStore({ firstVersion: FIRST_VERSION });
        const heard: number[][] = [[], [], []];
        store.watch('things', (event) => heard[0]?.push(versionOf(event.object)));
        store.watch('things', (event) => {
          heard[1]?.push(versionOf(event.object));
          if (event.object.metadata.labels?.['color'] === 'red' && event.type !== 'DELETED') {
            const { namespace = '', name } = event.object.metadata;
            store.put('things', thing(namespace, name, 'green'));
          }
        });
        store.watch('things', (event) => heard[2]?.push(versionOf(event.object)));

        for (const action of sequence) act(store, action);

        for (const versions of heard) {
          expect(versions).toEqual([...versions].sort((a, b) => a - b));
          expect(versions).toEqual(heard[0]);
        }
      }),
    );
  });
});
