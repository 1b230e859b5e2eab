import { expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/core/objects.js';
import { encodeList, encodeListBytes } from '../../../../src/control-plane/http/encode.js';
import { CONFIG_MAP_KIND } from '../../../../src/control-plane/kinds/config-map.js';

test.each([
  ['no objects', 'object', []],
  ['one object', 'object', [aMap('a')]],
  ['several, with letters of more than one byte', 'object', [aMap('a'), aMap('b \u00E9\u{1F600}')]],
  ['as a table', 'table', [aMap('a'), aMap('b')]],
  ['metadata alone', 'metadata', [aMap('a'), aMap('b')]],
] as const)('a list as bytes is its text: %s', (_name, representation, items) => {
  const encoding = {
    kind: CONFIG_MAP_KIND,
    representation,
    nowMs: 0,
    includeObject: 'None',
  } as const;
  const meta = { resourceVersion: '7', continue: 'x' };
  const text = encodeList(items, encoding, meta);
  expect(new TextDecoder().decode(encodeListBytes(items, encoding, meta))).toBe(text);
  const read: { readonly metadata: unknown } = JSON.parse(text);
  expect(read.metadata).toMatchObject(meta);
});

function aMap(value: string): KubeObject & { readonly data: object } {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { value } };
}
