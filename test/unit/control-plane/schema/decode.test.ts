import { describe, expect, it } from 'vitest';
import { decode } from '../../../../src/control-plane/schema/decode.js';
import {
  BYTES,
  INT32,
  QUANTITY,
  STRING,
  TIME,
  list,
  map,
  optional,
  pointer,
  required,
  struct,
} from '../../../../src/control-plane/schema/types.js';

const INNER = struct('example.v1.Inner', { count: optional(INT32), kept: pointer(INT32) });
const THING = struct('example.v1.Thing', {
  name: optional(STRING),
  inner: optional(INNER),
  maybe: pointer(INNER),
  items: optional(list(INNER)),
  always: required(list(STRING)),
  labels: optional(map(STRING)),
  amount: optional(QUANTITY),
  at: optional(TIME),
  data: optional(map(BYTES)),
});
const EMPTY = { inner: {}, always: null };

describe('decode', () => {
  const cases = [
    { name: 'gives structs and required fields even when nothing is given', from: {}, to: EMPTY },
    { name: 'takes null for absent', from: { name: null, labels: null, maybe: null }, to: EMPTY },
    {
      name: 'drops zero values as omitempty does',
      from: { name: '', labels: {}, items: [] },
      to: EMPTY,
    },
    {
      name: 'keeps zero behind a pointer',
      from: { inner: { count: 0, kept: 0 } },
      to: { ...EMPTY, inner: { kept: 0 } },
    },
    {
      name: 'keeps an empty struct behind a pointer',
      from: { maybe: {} },
      to: { ...EMPTY, maybe: {} },
    },
    {
      name: 'spells quantities canonically',
      from: { amount: '0.5' },
      to: { ...EMPTY, amount: '500m' },
    },
    { name: 'takes a number for a quantity', from: { amount: 2 }, to: { ...EMPTY, amount: '2' } },
    {
      name: 'cuts times to whole seconds of UTC',
      from: { at: '2026-11-23T08:00:00.9+02:00' },
      to: { ...EMPTY, at: '2026-11-23T06:00:00Z' },
    },
    {
      name: 'gives an absent text of a map as an empty one',
      from: { labels: { a: null } },
      to: { ...EMPTY, labels: { a: '' } },
    },
  ];
  it.each(cases)('$name', ({ from, to }) => {
    expect(decode(THING, from)).toEqual(to);
  });

  it('keeps empty lists where rules tell them from absent ones', () => {
    expect(decode(THING, { items: [] }, { keepsEmpty: true })).toEqual({ ...EMPTY, items: [] });
  });

  it('leaves unknown fields out and reports their paths', () => {
    const report = { unknownFields: [] };

    decode(THING, { bogus: 1, items: [{}, { bogus: 2 }], inner: { Count: 3 } }, { report });

    expect(report.unknownFields).toEqual(['inner.Count', 'items[1].bogus', 'bogus']);
  });

  it('takes __proto__ for a key', () => {
    const decoded = decode(THING, { labels: JSON.parse('{"__proto__":"x"}') });

    expect(Object.keys(decoded['labels'] ?? {})).toEqual(['__proto__']);
    expect(Reflect.get({}, 'x')).toBeUndefined();
  });

  const refused = [
    {
      from: { name: 5 },
      message: 'json: cannot unmarshal number into Go struct field Thing.name of type string',
    },
    {
      from: { inner: [] },
      message: 'json: cannot unmarshal array into Go struct field Thing.inner of type v1.Inner',
    },
    {
      from: { items: [{ count: '1' }] },
      message: 'json: cannot unmarshal string into Go struct field Inner.items.count of type int32',
    },
    {
      from: { inner: { count: 1.5 } },
      message:
        'json: cannot unmarshal number 1.5 into Go struct field Inner.inner.count of type int32',
    },
    { from: { data: { a: '!' } }, message: 'illegal base64 data at input byte 0' },
    {
      from: { amount: 'abc' },
      message:
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    },
  ];
  it.each(refused)('refuses: $message', ({ from, message }) => {
    expect(() => decode(THING, from)).toThrow(message);
  });
});
