import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { REVIEWS } from '../../../../src/control-plane/http/reviews.js';
import { SERVED_KINDS } from '../../../../src/control-plane/kinds/registry.js';
import { decodeMessage } from '../../../../src/control-plane/protobuf/decode-message.js';
import { openEnvelope } from '../../../../src/control-plane/protobuf/envelope.js';
import { numberedFields } from '../../../../src/control-plane/protobuf/message-table.js';
import { OBJECT_META } from '../../../../src/control-plane/schema/meta-types.js';
import {
  BINDING,
  DELETE_OPTIONS,
  EVICTION,
} from '../../../../src/control-plane/schema/request-types.js';
import { SCALE } from '../../../../src/control-plane/schema/meta-types.js';
import {
  BOOLEAN,
  BYTES,
  INT32,
  INT64,
  INT_OR_STRING,
  MICRO_TIME,
  QUANTITY,
  RAW,
  STRING,
  TIME,
  list,
  map,
  pointer,
  struct,
} from '../../../../src/control-plane/schema/types.js';
import type { StructType, Type } from '../../../../src/control-plane/schema/types.js';

/** ConfigMap's second field stands in for a field of any type. */
function holding(type: Type): StructType {
  return struct('io.k8s.api.core.v1.ConfigMap', { data: pointer(type) });
}

function message(write: (writer: BinaryWriter) => BinaryWriter): Uint8Array {
  return write(new BinaryWriter()).finish();
}

/** A field 2 with a message in it. */
function nested(write: (writer: BinaryWriter) => BinaryWriter): Uint8Array {
  return message((writer) => write(writer.tag(2, WireType.LengthDelimited).fork()).join());
}

describe('decodeMessage', () => {
  const values = [
    {
      name: 'a text',
      type: STRING,
      bytes: message((w) => w.tag(2, WireType.LengthDelimited).string('é')),
      value: 'é',
    },
    {
      name: 'true',
      type: BOOLEAN,
      bytes: message((w) => w.tag(2, WireType.Varint).bool(true)),
      value: true,
    },
    {
      name: 'a negative number',
      type: INT32,
      bytes: message((w) => w.tag(2, WireType.Varint).int32(-5)),
      value: -5,
    },
    {
      name: 'a number beyond 32 bits',
      type: INT64,
      bytes: message((w) => w.tag(2, WireType.Varint).int64('9007199254740991')),
      value: 9_007_199_254_740_991,
    },
    {
      name: 'bytes',
      type: BYTES,
      bytes: message((w) => w.tag(2, WireType.LengthDelimited).bytes(new Uint8Array([0, 255]))),
      value: 'AP8=',
    },
    {
      name: 'a quantity',
      type: QUANTITY,
      bytes: nested((w) => w.tag(1, WireType.LengthDelimited).string('1500m')),
      value: '1500m',
    },
    {
      name: 'a number where a text might be',
      type: INT_OR_STRING,
      bytes: nested((w) =>
        w
          .tag(1, WireType.Varint)
          .int64(0)
          .tag(2, WireType.Varint)
          .int32(8080)
          .tag(3, WireType.LengthDelimited)
          .string(''),
      ),
      value: 8080,
    },
    {
      name: 'a text where a number might be',
      type: INT_OR_STRING,
      bytes: nested((w) =>
        w
          .tag(1, WireType.Varint)
          .int64(1)
          .tag(2, WireType.Varint)
          .int32(0)
          .tag(3, WireType.LengthDelimited)
          .string('25%'),
      ),
      value: '25%',
    },
    {
      name: 'a time in whole seconds',
      type: TIME,
      bytes: nested((w) =>
        w.tag(1, WireType.Varint).int64(1_714_557_600).tag(2, WireType.Varint).int32(999),
      ),
      value: '2024-05-01T10:00:00Z',
    },
    {
      name: 'a time in microseconds',
      type: MICRO_TIME,
      bytes: nested((w) =>
        w.tag(1, WireType.Varint).int64(1_714_557_600).tag(2, WireType.Varint).int32(120_000),
      ),
      value: '2024-05-01T10:00:00.000120Z',
    },
    { name: 'no time for the zero time', type: TIME, bytes: nested((w) => w), value: undefined },
    {
      name: 'a list, item by item',
      type: list(STRING),
      bytes: message((w) =>
        w.tag(2, WireType.LengthDelimited).string('a').tag(2, WireType.LengthDelimited).string('b'),
      ),
      value: ['a', 'b'],
    },
    {
      name: 'numbers packed into one field',
      type: list(INT64),
      bytes: nested((w) => w.int64(1).int64(2)),
      value: [1, 2],
    },
    {
      name: 'a map, also with a dangerous key',
      type: map(STRING),
      bytes: message((w) =>
        w
          .tag(2, WireType.LengthDelimited)
          .fork()
          .tag(1, WireType.LengthDelimited)
          .string('__proto__')
          .tag(2, WireType.LengthDelimited)
          .string('x')
          .join()
          .tag(2, WireType.LengthDelimited)
          .fork()
          .tag(1, WireType.LengthDelimited)
          .string('b')
          .tag(2, WireType.LengthDelimited)
          .string('y')
          .join(),
      ),
      value: JSON.parse('{"__proto__":"x","b":"y"}'),
    },
    {
      name: 'a map of lists, which have a message around them',
      type: map(list(STRING)),
      bytes: nested((w) =>
        w
          .tag(1, WireType.LengthDelimited)
          .string('k')
          .tag(2, WireType.LengthDelimited)
          .fork()
          .tag(1, WireType.LengthDelimited)
          .string('a')
          .tag(1, WireType.LengthDelimited)
          .string('b')
          .join(),
      ),
      value: { k: ['a', 'b'] },
    },
    {
      name: 'JSON in bytes',
      type: RAW,
      bytes: nested((w) => w.tag(1, WireType.LengthDelimited).string('{"f:a":{}}')),
      value: { 'f:a': {} },
    },
  ];
  it.each(values)('reads $name', ({ type, bytes, value }) => {
    expect(decodeMessage(holding(type), bytes)['data']).toEqual(value);
  });

  it('reads what JSON inlines into the object itself', () => {
    const selector = struct('io.k8s.api.core.v1.ConfigMapKeySelector', {
      name: pointer(STRING),
      key: pointer(STRING),
    });
    const bytes = message((w) =>
      w
        .tag(1, WireType.LengthDelimited)
        .fork()
        .tag(1, WireType.LengthDelimited)
        .string('settings')
        .join()
        .tag(2, WireType.LengthDelimited)
        .string('rate'),
    );

    expect(decodeMessage(selector, bytes)).toEqual({ name: 'settings', key: 'rate' });
  });

  it('skips numbers it does not know, and fields that the type does not have', () => {
    const bytes = message((w) =>
      w
        .tag(99, WireType.LengthDelimited)
        .string('later')
        .tag(98, WireType.Varint)
        .int64(7)
        .tag(97, WireType.Bit64)
        .double(1)
        .tag(96, WireType.Bit32)
        .float(1)
        .tag(4, WireType.Varint)
        .bool(true)
        .tag(2, WireType.LengthDelimited)
        .string('kept'),
    );

    expect(decodeMessage(holding(STRING), bytes)).toEqual({ data: 'kept' });
  });

  const malformed = [
    { name: 'a cut message', type: STRING, bytes: new Uint8Array([0x12, 5, 1]) },
    {
      name: 'another wire type',
      type: STRING,
      bytes: message((w) => w.tag(2, WireType.Varint).int32(1)),
    },
    { name: 'a tag of nothing', type: STRING, bytes: new Uint8Array([0]) },
    { name: 'a varint without end', type: INT32, bytes: new Uint8Array(20).fill(0xff) },
    {
      name: 'a time beyond all calendars',
      type: TIME,
      bytes: nested((w) => w.tag(1, WireType.Varint).int64('9223372036854775807')),
    },
    {
      name: 'a part that only JSON can carry',
      type: RAW,
      bytes: nested((w) => w.tag(1, WireType.LengthDelimited).string('not JSON')),
    },
    {
      name: 'groups nested without end',
      type: STRING,
      bytes: new Uint8Array(100_000).fill((3 << 3) | WireType.StartGroup),
    },
  ];
  it.each(malformed)('refuses $name', ({ type, bytes }) => {
    expect(() => decodeMessage(holding(type), bytes)).toThrow(/^proto: /);
  });
});

describe('openEnvelope', () => {
  const refused = [
    { name: 'nothing', bytes: [], message: 'empty data' },
    {
      name: 'something else',
      bytes: [0x7b, 0x7d],
      message:
        'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    },
    { name: 'the magic number alone', bytes: [0x6b, 0x38, 0x73, 0], message: 'empty body' },
  ];
  it.each(refused)('says of $name what upstream says', ({ bytes, message: text }) => {
    expect(() => openEnvelope(new Uint8Array(bytes))).toThrow(text);
  });
});

describe('field numbers', () => {
  const types = [
    ...SERVED_KINDS.map(({ type }) => type),
    ...REVIEWS.map(({ type }) => type),
    SCALE,
    BINDING,
    EVICTION,
    DELETE_OPTIONS,
    OBJECT_META,
  ];
  it.each(types.map((type) => [type.name, type] as const))(
    'are known for every field of %s',
    (_name, type) => {
      expect(fieldsWithoutNumber(type)).toEqual([]);
    },
  );
});

/** `Type.field` of every field below a type that its message has no number for. */
function fieldsWithoutNumber(type: Type, isTop = true): readonly string[] {
  if (type.kind === 'list') return fieldsWithoutNumber(type.items, false);
  if (type.kind === 'map') return fieldsWithoutNumber(type.values, false);
  if (type.kind !== 'struct') return [];
  const named = fieldNames(type.name);
  // the envelope carries these two
  const own = Object.keys(type.fields).filter(
    (name) => !(isTop && (name === 'kind' || name === 'apiVersion')) && !isInEnvelope(type, name),
  );
  return [
    ...own.filter((name) => !named.has(name)).map((name) => `${type.name}.${name}`),
    ...Object.values(type.fields).flatMap((field) => fieldsWithoutNumber(field.type, false)),
  ];
}

/** Options that stand within an eviction say their version too, but only in JSON. */
function isInEnvelope(type: StructType, name: string): boolean {
  return type === DELETE_OPTIONS && (name === 'kind' || name === 'apiVersion');
}

function fieldNames(name: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const field of numberedFields(name) ?? []) {
    if (field?.kind === 'field') names.add(field.name);
    if (field?.kind === 'inline') for (const each of fieldNames(field.message)) names.add(each);
  }
  return names;
}
