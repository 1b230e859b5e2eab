import { describe, expect, it } from 'vitest';
import { parseJsonText, placedInJson } from '../../../../src/load/replay/json-text.js';

describe('a JSON text', () => {
  it.each([
    { name: 'ends too early', text: '{"a": [1,\n 2', line: 2, column: 3 },
    { name: 'is empty', text: '', line: 1, column: 1 },
    { name: 'has a bare word', text: '{"a":\n  x}', line: 2, column: 3 },
    { name: 'has a comma before the end', text: '[1, 2,\n]', line: 2, column: 1 },
    { name: 'has a key without quotes', text: '{a: 1}', line: 1, column: 2 },
    { name: 'lacks a colon', text: '{"a" 1}', line: 1, column: 6 },
    { name: 'lacks a comma', text: '[1 2]', line: 1, column: 4 },
    { name: 'has an open string', text: '["a\n"]', line: 1, column: 2 },
    { name: 'has the wrong bracket', text: '[1}', line: 1, column: 3 },
    { name: 'goes on after its end', text: '{} {}', line: 1, column: 4 },
    { name: 'has a number that is none', text: '[01]', line: 1, column: 3 },
    { name: 'has an escape that is none', text: '["\\x"]', line: 1, column: 2 },
  ])('that $name is told with the place', ({ text, line, column }) => {
    expect(parseJsonText(text)).toMatchObject({
      kind: 'fault',
      fault: { line, column, expected: 'JSON' },
    });
  });

  it('is its value', () => {
    expect(parseJsonText('{"a": [1, true, null, "x\\n"], "b": {}, "c": []}')).toEqual({
      kind: 'value',
      value: { a: [1, true, null, 'x\n'], b: {}, c: [] },
    });
  });

  it('has a place for every path, that of what holds it where it is missing', () => {
    const faults = [
      { path: ['a', 1], expected: 'x', found: 'y' },
      { path: ['b', 'c'], expected: 'x', found: 'y' },
    ];

    expect(placedInJson('{"a": [1,\n  2],\n "b": {}}', faults)).toMatchObject([
      { line: 2, column: 3 },
      { line: 3, column: 7 },
    ]);
  });
});
