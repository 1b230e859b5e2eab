import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from '../../../../src/control-plane/http/json-patch.js';
import { mergePatch } from '../../../../src/core/merge-patch.js';
import { applyStrategicMergePatch } from '../../../../src/control-plane/http/strategic-merge-patch.js';
import { POD } from '../../../../src/control-plane/schema/pod-types.js';

describe('applyJsonPatch', () => {
  const document = { a: { b: [1, 2, 3] }, 'x/y': 1, 'm~n': 2 };
  const cases = [
    {
      name: 'adds to the end of a list',
      patch: [{ op: 'add', path: '/a/b/-', value: 4 }],
      gives: { a: { b: [1, 2, 3, 4] } },
    },
    {
      name: 'inserts before a position',
      patch: [{ op: 'add', path: '/a/b/0', value: 0 }],
      gives: { a: { b: [0, 1, 2, 3] } },
    },
    {
      name: 'removes a position',
      patch: [{ op: 'remove', path: '/a/b/1' }],
      gives: { a: { b: [1, 3] } },
    },
    {
      name: 'reads escaped keys',
      patch: [
        { op: 'replace', path: '/x~1y', value: 5 },
        { op: 'replace', path: '/m~0n', value: 6 },
      ],
      gives: { 'x/y': 5, 'm~n': 6 },
    },
    {
      name: 'moves',
      patch: [{ op: 'move', from: '/a/b', path: '/c' }],
      gives: { a: {}, c: [1, 2, 3] },
    },
    {
      name: 'copies deeply',
      patch: [
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'remove', path: '/a/b' },
      ],
      gives: { a: {}, c: { b: [1, 2, 3] } },
    },
    {
      name: 'goes on after a test that holds',
      patch: [
        { op: 'test', path: '/a/b/0', value: 1 },
        { op: 'remove', path: '/a' },
      ],
      gives: { 'x/y': 1 },
    },
    {
      name: 'takes a key called __proto__ for a key',
      patch: [{ op: 'add', path: '/__proto__', value: { polluted: true } }],
      gives: {},
    },
  ];
  it.each(cases)('$name', ({ patch, gives }) => {
    expect(applyJsonPatch(document, patch)).toMatchObject(gives);
    expect(document).toEqual({ a: { b: [1, 2, 3] }, 'x/y': 1, 'm~n': 2 });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  const refused = [
    { name: 'a test that does not hold', patch: [{ op: 'test', path: '/a/b/0', value: 2 }] },
    { name: 'removing what is not there', patch: [{ op: 'remove', path: '/none' }] },
    { name: 'a position beyond the list', patch: [{ op: 'add', path: '/a/b/9', value: 1 }] },
    { name: 'a parent that is not there', patch: [{ op: 'add', path: '/none/x', value: 1 }] },
    { name: 'an unknown operation', patch: [{ op: 'bogus', path: '/a' }] },
    { name: 'an operation without a path', patch: [{ op: 'add', value: 1 }] },
    { name: 'an operation that is no object', patch: [5] },
  ];
  it.each(refused)('refuses $name', ({ patch }) => {
    expect(() => applyJsonPatch(document, patch)).toThrow();
  });
});

describe('mergePatch', () => {
  it('merges objects, removes with null and replaces everything else', () => {
    const target = { a: { b: 1, c: 2 }, list: [1, 2], keep: true };

    expect(mergePatch(target, { a: { b: null, d: { e: null } }, list: [3] })).toEqual({
      a: { c: 2, d: {} },
      list: [3],
      keep: true,
    });
    expect(target).toEqual({ a: { b: 1, c: 2 }, list: [1, 2], keep: true });
  });
});

function patched(containers: unknown[], patch: unknown): unknown {
  return applyStrategicMergePatch(POD, { spec: { containers } }, { spec: patch }).spec;
}

describe('applyStrategicMergePatch', () => {
  const app = {
    name: 'app',
    image: 'a:1',
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
  };
  const sidecar = { name: 'sidecar', image: 's:1' };

  it('merges a list by its key and keeps what the patch does not name', () => {
    const spec = patched([app, sidecar], {
      containers: [
        {
          name: 'app',
          image: 'a:2',
          env: [
            { name: 'B', value: '3' },
            { name: 'C', value: '4' },
          ],
        },
      ],
    });

    expect(spec).toEqual({
      containers: [
        {
          name: 'app',
          image: 'a:2',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '3' },
            { name: 'C', value: '4' },
          ],
        },
        sidecar,
      ],
    });
  });

  it('deletes an item by directive', () => {
    expect(patched([app, sidecar], { containers: [{ name: 'app', $patch: 'delete' }] })).toEqual({
      containers: [sidecar],
    });
  });

  it('orders a list as $setElementOrder says', () => {
    const spec = patched([app, sidecar], {
      '$setElementOrder/containers': [{ name: 'sidecar' }, { name: 'app' }],
    });

    expect(spec).toEqual({ containers: [sidecar, app] });
  });

  it('replaces a list without a key whole', () => {
    expect(
      applyStrategicMergePatch(
        POD,
        { spec: { tolerations: [{ key: 'a' }] } },
        { spec: { tolerations: [{ key: 'b' }] } },
      ),
    ).toEqual({ spec: { tolerations: [{ key: 'b' }] } });
  });

  it('keeps only the named keys with $retainKeys', () => {
    const original = { spec: { volumes: [{ name: 'v', emptyDir: {} }] } };
    const patch = {
      spec: {
        volumes: [{ name: 'v', hostPath: { path: '/x' }, $retainKeys: ['name', 'hostPath'] }],
      },
    };

    expect(applyStrategicMergePatch(POD, original, patch)).toEqual({
      spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    });
  });

  it('refuses an item without its merge key', () => {
    expect(() => patched([app], { containers: [{ image: 'x' }] })).toThrow(
      'map: map[image:x] does not contain declared merge key: name',
    );
  });
});
