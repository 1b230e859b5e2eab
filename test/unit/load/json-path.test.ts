import { describe, expect, it } from 'vitest';
import { parseJsonPath } from '../../../src/load/json-path.js';

describe('a path in JSON', () => {
  it.each([
    ['user.id', ['user', 'id']],
    ['$.user.id', ['user', 'id']],
    ['$', []],
    ['[0]', [0]],
    ['items[12].name', ['items', 12, 'name']],
    ['$[0][1]', [0, 1]],
    [`$['a.b']["c d"]`, ['a.b', 'c d']],
    ['snake_case-1', ['snake_case-1']],
  ])('%s', (text, path) => {
    expect(parseJsonPath(text)).toEqual(path);
  });

  it.each([
    [''],
    ['.a'],
    ['a.'],
    ['a..b'],
    ['a[x]'],
    ['a[-1]'],
    ['a[0'],
    ['$a'],
    ["a['b]"],
    ['a[0]b'],
  ])('is not %s', (text) => {
    expect(parseJsonPath(text)).toBeUndefined();
  });
});
