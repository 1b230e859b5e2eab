import { assert, array, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { requestTarget } from '../../../../src/cluster/embedded/api-request.js';

const PIECES = [
  '/',
  'api',
  'v1',
  'a.b',
  '.',
  '..',
  '%2e',
  '%2F',
  '%zz',
  'system:node',
  '~x',
  '?',
  '??',
  '#',
  'watch=1',
  '&',
  'labelSelector=a%3Db,c',
  'x+y',
  '\u00E9',
  '\\',
  ';',
  '@',
  '-',
];

test('the target of a request is what reading its URL gives, by whichever way', () => {
  assert(
    property(array(constantFrom(...PIECES), { maxLength: 10 }), (pieces) => {
      const url = `/${pieces.join('')}`;
      const target = requestTarget(url);
      const shown =
        target === undefined ? undefined : [target.rawPath, target.path, [...target.query]];
      expect(shown).toEqual(byUrl(url));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['a path without a query', '/api/v1/pods', ['/api/v1/pods']],
  ['a path that ends with a slash', '/api/v1/', ['/api/v1/']],
  ['an encoded name', '/api/v1/nodes/a%20b', ['/api/v1/nodes/a b']],
  ['dots that lead up', '/api/v1/../v2', ['/api/v2']],
  ['a query', '/api/v1/pods?watch=1&a=b+c', ['/api/v1/pods', 'watch=1', 'a=b c']],
])('%s', (_name, url, expected) => {
  const { path, query = [] } = requestTarget(url) ?? {};
  expect([path, ...[...query].map((pair) => pair.join('='))]).toEqual(expected);
});

function byUrl(url: string): readonly unknown[] | undefined {
  try {
    const { pathname, searchParams } = new URL(`https://localhost${url}`);
    return [pathname, decodeURIComponent(pathname), [...searchParams]];
  } catch {
    return undefined;
  }
}
