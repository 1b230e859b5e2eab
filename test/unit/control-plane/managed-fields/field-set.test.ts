import { describe, expect, it } from 'vitest';
import {
  difference,
  intersection,
  pathsOf,
  readSet,
  recursiveDifference,
  setOf,
  sortedSet,
  union,
} from '../../../../src/control-plane/managed-fields/field-set.js';
import {
  compareElements,
  keyElement,
  shownElement,
} from '../../../../src/control-plane/managed-fields/path-element.js';

const A = ['f:spec', 'f:a'];
const B = ['f:spec', 'f:b'];
const SPEC = ['f:spec'];

describe('a set of fields', () => {
  it('writes a member with others below it as upstream does, with a dot', () => {
    expect(setOf(A, SPEC)).toEqual({ 'f:spec': { '.': {}, 'f:a': {} } });
    expect(setOf(SPEC, A)).toEqual(setOf(A, SPEC));
  });

  it.each([
    {
      name: 'union has the members of both',
      result: union(setOf(A), setOf(B, SPEC)),
      paths: [SPEC, A, B],
    },
    {
      name: 'intersection has what is in both',
      result: intersection(setOf(A, SPEC), setOf(A, B)),
      paths: [A],
    },
    {
      name: 'difference keeps what is below a removed member',
      result: difference(setOf(A, SPEC), setOf(SPEC)),
      paths: [A],
    },
    {
      name: 'difference keeps a member when only what is below it goes',
      result: difference(setOf(A, SPEC), setOf(A)),
      paths: [SPEC],
    },
    {
      name: 'recursive difference takes what is below along',
      result: recursiveDifference(setOf(A, B, SPEC), setOf(SPEC)),
      paths: [],
    },
  ])('$name', ({ result, paths }) => {
    expect(pathsOf(result)).toEqual(paths);
  });

  it('is written in the order of upstream: the dot, fields, keys by value, values', () => {
    const set = setOf(
      ['v:"x"'],
      [keyElement({ containerPort: 9090, protocol: 'TCP' })],
      [keyElement({ protocol: 'TCP', containerPort: 80 })],
      ['f:b'],
      ['f:a'],
    );

    expect(Object.keys(sortedSet(set))).toEqual([
      'f:a',
      'f:b',
      'k:{"containerPort":80,"protocol":"TCP"}',
      'k:{"containerPort":9090,"protocol":"TCP"}',
      'v:"x"',
    ]);
    expect(compareElements('.', 'f:a')).toBeLessThan(0);
  });

  it.each([
    {
      name: 'a key in another order is the same key',
      text: { 'k:{"b":1,"a":2}': {} },
      set: { 'k:{"a":2,"b":1}': {} },
    },
    { name: 'a lone dot is a plain member', text: { 'f:a': { '.': {} } }, set: { 'f:a': {} } },
    {
      name: 'a step of an unknown type is passed over',
      text: { 'x:1': {}, 'f:a': {} },
      set: { 'f:a': {} },
    },
    { name: 'a step without a type is no set', text: { a: {} }, set: undefined },
    { name: 'a member that is no object is no set', text: { 'f:a': 1 }, set: undefined },
    { name: 'a key that is no JSON is no set', text: { 'k:{': {} }, set: undefined },
  ])('reads what clients write: $name', ({ text, set }) => {
    expect(readSet(text)).toEqual(set);
  });

  it.each([
    ['f:spec', '.spec'],
    ['k:{"containerPort":80,"protocol":"TCP"}', '[containerPort=80,protocol="TCP"]'],
    ['v:"example.com/1"', '[="example.com/1"]'],
    ['i:3', '[3]'],
  ])('shows %s as %s', (element, shown) => {
    expect(shownElement(element)).toBe(shown);
  });
});
