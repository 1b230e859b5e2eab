import { describe, expect, it } from 'vitest';
import { numberedRandom } from '../../../src/core/random.js';
import { type Filling, parseTemplate, Template } from '../../../src/load/request-template.js';

function filling(number: number, values: Readonly<Record<string, string>> = {}): Filling {
  return { number, random: numberedRandom(7, number), values: new Map(Object.entries(values)) };
}

function rendered(text: string, number = 0, values: Readonly<Record<string, string>> = {}): string {
  return new Template(text, 'body').render(filling(number, values));
}

describe('a template', () => {
  it('without places is itself', () => {
    expect(new Template('/a?b=$c{d}', 'path').isFixed).toBe(true);
    expect(rendered('/a?b=$c{d}')).toBe('/a?b=$c{d}');
  });

  it('has the number of its arrival', () => {
    expect(rendered('/items/${seq}?n=${ seq }', 41)).toBe('/items/41?n=41');
  });

  it('has a value by name, percent-encoded where that is asked for', () => {
    expect(rendered('${id}|${encode(id)}', 0, { id: 'a/b c&d' })).toBe('a/b c&d|a%2Fb%20c%26d');
  });

  it('writes "${" where it is escaped', () => {
    expect(rendered('$${seq} ${seq}', 3)).toBe('${seq} 3');
    expect(new Template('$${seq}', 'body').isFixed).toBe(true);
  });

  it('takes whole numbers evenly from a range, both ends included', () => {
    const seen = Array.from({ length: 2_000 }, (_, n) => Number(rendered('${int(-2,2)}', n)));

    expect(new Set(seen)).toEqual(new Set([-2, -1, 0, 1, 2]));
    for (const value of [-2, -1, 0, 1, 2]) {
      expect(seen.filter((each) => each === value).length / 2_000).toBeCloseTo(0.2, 1);
    }
  });

  it('takes whole numbers from ranges beyond 32 bits', () => {
    const seen = Array.from({ length: 200 }, (_, n) =>
      Number(rendered('${int(0,9007199254740990)}', n)),
    );

    expect(seen.every((each) => Number.isSafeInteger(each))).toBe(true);
    expect(Math.max(...seen)).toBeGreaterThan(8e15);
    expect(Math.min(...seen)).toBeLessThan(1e15);
  });

  it('chooses among trimmed texts', () => {
    const seen = new Set(
      Array.from({ length: 100 }, (_, n) => rendered('${choice(red, dark blue,)}', n)),
    );

    expect(seen).toEqual(new Set(['red', 'dark blue', '']));
  });

  it('makes UUIDs of version 4, no two the same', () => {
    const uuids = Array.from({ length: 20_000 }, (_, n) => rendered('${uuid}', n));

    expect(
      uuids.every((uuid) =>
        /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(uuid),
      ),
    ).toBe(true);
    expect(new Set(uuids).size).toBe(uuids.length);
  });

  it('is the same for the same seed and number, and another for another number', () => {
    const text = '${uuid} ${int(1,1000000)}';

    expect(rendered(text, 5)).toBe(rendered(text, 5));
    expect(rendered(text, 5)).not.toBe(rendered(text, 6));
  });

  it.each([
    { name: 'a space', value: 'a b', path: '/a%20b' },
    { name: 'a line end', value: 'a\r\nx: y', path: '/a%0D%0Ax:%20y' },
    { name: 'letters beyond ASCII', value: 'ü', path: '/%C3%BC' },
    { name: 'half a character', value: '\ud800', path: '/%EF%BF%BD' },
    { name: 'what has a meaning in a path', value: 'a/b?c=%20&d', path: '/a/b?c=%20&d' },
  ])('keeps a path one: $name', ({ value, path }) => {
    expect(new Template('/${v}', 'path').render(filling(0, { v: value }))).toBe(path);
  });
});

describe('a place that names nothing', () => {
  it.each([
    { text: 'a${', found: '${', offset: 1 },
    { text: '${uid', found: '${uid', offset: 0 },
    { text: 'ab${int(5)}', found: '${int(5)}', offset: 2 },
    { text: '${int(5,1)}', found: '${int(5,1)}', offset: 0 },
    { text: '${int(1.5,2)}', found: '${int(1.5,2)}', offset: 0 },
    { text: '${int(0,99999999999999999)}', found: '${int(0,99999999999999999)}', offset: 0 },
    { text: '${choice()}', found: '${choice()}', offset: 0 },
    { text: '${random(1,2)}', found: '${random(1,2)}', offset: 0 },
    { text: '${encode(a,b)}', found: '${encode(a,b)}', offset: 0 },
    { text: '${}', found: '${}', offset: 0 },
    { text: '${a b}', found: '${a b}', offset: 0 },
  ])('is told with its place: $text', ({ text, found, offset }) => {
    expect(parseTemplate(text).faults).toMatchObject([{ found, offset }]);
  });
});
