import { describe, expect, it } from 'vitest';
import { ObjectStore } from '../../../../src/control-plane/store/object-store.js';
import type { KubeObject } from '../../../../src/core/objects.js';

function thing(name: string, namespace = 'a'): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { namespace, name } };
}

describe('ObjectStore', () => {
  it('orders a list as etcd orders keys: a namespace before those that go on with a letter', () => {
    const store = new ObjectStore();
    for (const namespace of ['a', 'a0', 'a-b']) store.put('things', thing('x', namespace));

    const { items } = store.list('things');

    expect(items.map(({ metadata }) => metadata.namespace)).toEqual(['a-b', 'a', 'a0']);
  });

  it('delivers a write made while old changes are replayed after them', () => {
    const store = new ObjectStore({ firstVersion: 10 });
    store.put('things', thing('x'));
    store.put('things', thing('y'));
    const heard: string[] = [];

    store.watch(
      'things',
      ({ object }) => {
        heard.push(`${object.metadata.name}@${object.metadata.resourceVersion}`);
        if (object.metadata.name === 'x') store.put('things', thing('z'));
      },
      { sinceVersion: 10 },
    );

    expect(heard).toEqual(['x@11', 'y@12', 'z@13']);
  });

  it('stops calling a listener that cancelled itself', () => {
    const store = new ObjectStore();
    let calls = 0;
    const cancel = store.watch('things', () => {
      calls++;
      cancel();
    });

    store.put('things', thing('x'));
    store.put('things', thing('y'));

    expect(calls).toBe(1);
  });

  it('tells the other listeners when one throws, and then fails the write loudly', () => {
    const store = new ObjectStore();
    const heard: string[] = [];
    store.watch('things', () => {
      throw new Error('broken listener');
    });
    store.watch('things', ({ object }) => heard.push(object.metadata.name));

    expect(() => store.put('things', thing('x'))).toThrow(AggregateError);
    expect(heard).toEqual(['x']);
    expect(store.get('things', { namespace: 'a', name: 'x' })).toBeDefined();
  });

  it('keeps the tables of different resources apart, on one count of versions', () => {
    const store = new ObjectStore({ firstVersion: 10 });
    store.put('things', thing('x'));
    store.put('others', thing('x'));

    expect(store.list('things')).toMatchObject({ resourceVersion: '12', items: [{}] });
    expect(store.get('others', { namespace: 'a', name: 'x' })?.metadata.resourceVersion).toBe('12');
  });
});
