import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../src/control-plane/api-error.js';
import { ObjectStore } from '../../../../src/control-plane/store/object-store.js';
import type { KubeObject } from '../../../../src/core/objects.js';

function anObject(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, namespace: 'ns' } };
}

describe('the history of a store', () => {
  it('forgets what a table that changes seldom had long ago, and keeps what is newer', () => {
    const store = new ObjectStore({ firstVersion: 0, historySpan: 100 });
    store.put('seldom', anObject('first'));
    for (let index = 0; index < 200; index++) store.put('often', anObject('same'));
    store.put('seldom', anObject('second'));

    const seen: string[] = [];
    store.watch('seldom', ({ object }) => seen.push(object.metadata.name), { sinceVersion: 150 });

    expect(seen).toEqual(['second']);
    expect(() => store.watch('seldom', () => undefined, { sinceVersion: 0 })).toThrow(ApiError);
    expect(store.list('seldom').items).toHaveLength(2);
  });
});
