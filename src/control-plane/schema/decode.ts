/** Reads JSON into the form the API stores: known fields only, canonical values, zero values dropped. */
import { formatQuantity, parseQuantity } from '../../core/quantity.js';
import { isJsonObject } from './json.js';
import type { JsonObject } from './json.js';
import { goTypeName } from './types.js';
import type { Field, ListType, MapType, ScalarKind, StructType, Type } from './types.js';

/** A value of the wrong JSON type, or a text that does not spell what it must. `message` is Go's. */
export class DecodeError extends Error {}

/** What decoding found out beside the value. */
export interface DecodeReport {
  /** Paths of fields that the type does not have, in the order met: `spec.template.foo`. */
  readonly unknownFields: string[];
}

/** How to decode. */
export interface DecodeOptions {
  readonly report?: DecodeReport | undefined;
  /** Empty lists and maps stay: rules may tell them from absent ones, as upstream's do. */
  readonly keepsEmpty?: boolean;
}

/** Where decoding is. Paths are only spelled when somebody must be told. */
interface Place {
  readonly report: DecodeReport | undefined;
  readonly keepsEmpty: boolean;
  /** Innermost struct, for messages. */
  readonly struct: StructType;
  readonly parent: Place | undefined;
  /** Name of the field or key, or position in a list; undefined at the root. */
  readonly step: string | number | undefined;
  /** A key of a map: Go's messages leave it out, as they do positions. */
  readonly isKey: boolean;
}

/**
 * A fresh, canonical copy of `value` as the type has it. Null is absent, unknown fields are left out
 * (and reported), zero values go where Go's `omitempty` drops them.
 *
 * @throws {DecodeError} when a value has the wrong JSON type.
 */
export function decode(type: StructType, value: unknown, options: DecodeOptions = {}): JsonObject {
  const { report, keepsEmpty = false } = options;
  return decodeStruct(type, value, {
    report,
    keepsEmpty,
    struct: type,
    parent: undefined,
    step: undefined,
    isKey: false,
  });
}

function decodeValue(type: Type, value: unknown, place: Place): unknown {
  if (type.kind === 'raw') return structuredClone(value);
  if (type.kind === 'list') return decodeList(type, value, place);
  if (type.kind === 'map') return decodeMap(type, value, place);
  if (type.kind === 'struct') return decodeStruct(type, value, place);
  return SCALARS[type.kind](value, place);
}

function decodeStruct(type: StructType, value: unknown, place: Place): JsonObject {
  const result: JsonObject = {};
  const source = value ?? NOTHING;
  if (!isJsonObject(source)) throw wrongType(value, place, goName(type));
  const layout = layoutOf(type);
  for (const { name, field, isAlways } of layout) {
    const given = source[name];
    if (given === undefined && !isAlways) continue;
    if (isPlain(field.type, given)) {
      // most fields are texts, and need no place to be told of
      const isLeftOut = field.presence === 'optional' && (given === '' || given === false);
      if (!isLeftOut) result[name] = given;
      continue;
    }
    const decoded =
      given === undefined || given === null
        ? absentField(field, type, { name, place })
        : decodeField(field, given, { type, name, place });
    if (decoded !== undefined) result[name] = decoded;
  }
  if (place.report !== undefined) {
    for (const name of Object.keys(source)) {
      if (!Object.hasOwn(type.fields, name)) {
        place.report.unknownFields.push(pathOf(fieldPlace({ type, name, place })));
      }
    }
  }
  return result;
}

const NOTHING: JsonObject = {};

/** Whether a value is a text or a truth value where one is wanted: decoded it is itself. */
function isPlain({ kind }: Type, value: unknown): boolean {
  return (
    (kind === 'string' && typeof value === 'string') ||
    (kind === 'boolean' && typeof value === 'boolean')
  );
}

/** A field of a type, in the form in which it is looked up. */
interface LaidOutField {
  readonly name: string;
  readonly field: Field;
  /** Something is to be seen of it even when it is not there. */
  readonly isAlways: boolean;
}

const LAYOUTS = new WeakMap<StructType, readonly LaidOutField[]>();

function layoutOf(type: StructType): readonly LaidOutField[] {
  let layout = LAYOUTS.get(type);
  if (layout === undefined) {
    layout = Object.entries(type.fields).map(([name, field]) => ({
      name,
      field,
      isAlways: isNeverAbsent(field),
    }));
    LAYOUTS.set(type, layout);
  }
  return layout;
}

function isNeverAbsent({ presence, type }: Field): boolean {
  return presence !== 'pointer' && (type.kind === 'struct' || presence === 'required');
}

/** A field that may be decoded: its place is only made when there is something to decode. */
interface FieldPlace {
  readonly type: StructType;
  readonly name: string;
  readonly place: Place;
}

/** A struct that is not there is decoded all the same: its required fields are to be seen. */
function absentField(
  field: Field,
  type: StructType,
  at: { readonly name: string; readonly place: Place },
): unknown {
  if (field.presence === 'pointer') return undefined;
  if (field.type.kind === 'struct') {
    return decodeStruct(field.type, undefined, fieldPlace({ type, ...at }));
  }
  return field.presence === 'required' ? zero(field.type) : undefined;
}

function decodeField(field: Field, value: unknown, at: FieldPlace): unknown {
  const decoded = decodeValue(field.type, value, fieldPlace(at));
  if (field.presence === 'pointer' || field.type.kind === 'struct') return decoded;
  const isKept = at.place.keepsEmpty && typeof decoded === 'object' && decoded !== null;
  if (isKept || !isZero(decoded)) return decoded;
  return field.presence === 'required' ? zero(field.type) : undefined;
}

function decodeList(type: ListType, value: unknown, place: Place): unknown {
  if (!Array.isArray(value)) throw wrongType(value, place, goName(type));
  return value.map((item, index) =>
    item === null || item === undefined
      ? zeroItem(type.items, place)
      : decodeValue(type.items, item, itemPlace(place, index, false)),
  );
}

function decodeMap(type: MapType, value: unknown, place: Place): unknown {
  if (!isJsonObject(value)) throw wrongType(value, place, goName(type));
  const result: JsonObject = {};
  for (const key of sortedKeys(value)) {
    const item = value[key];
    const decoded =
      item === null || item === undefined
        ? zeroItem(type.values, place)
        : decodeValue(type.values, item, itemPlace(place, key, true));
    setOwn(result, key, decoded);
  }
  return result;
}

/** Sets a key that may be called `__proto__`. */
function setOwn(target: JsonObject, key: string, value: unknown): void {
  if (key !== '__proto__') {
    target[key] = value;
    return;
  }
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function sortedKeys(value: JsonObject): readonly string[] {
  const keys = Object.keys(value);
  for (let index = 1; index < keys.length; index++) {
    // most are in order, and sorting takes memory even then
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort();
  }
  return keys;
}

function zeroItem(type: Type, place: Place): unknown {
  return type.kind === 'struct' ? decodeStruct(type, undefined, place) : zero(type);
}

type ScalarDecoder = (value: unknown, place: Place) => unknown;

const SCALARS: Readonly<Record<ScalarKind, ScalarDecoder>> = {
  string(value, place) {
    if (typeof value !== 'string') throw wrongType(value, place, 'string');
    return value;
  },
  boolean(value, place) {
    if (typeof value !== 'boolean') throw wrongType(value, place, 'bool');
    return value;
  },
  int32: (value, place) => decodeInteger(value, place, { name: 'int32', bound: 2 ** 31 }),
  int64: (value, place) => decodeInteger(value, place, { name: 'int64', bound: 2 ** 63 }),
  quantity: (value) => decodeQuantity(value),
  intOrString(value, place) {
    if (typeof value === 'number') {
      return decodeInteger(value, place, { name: 'int32', bound: 2 ** 31 });
    }
    if (typeof value !== 'string') throw wrongType(value, place, 'string');
    return value;
  },
  time: (value, place) => decodeTime('time', value, place),
  microTime: (value, place) => decodeTime('microTime', value, place),
  bytes: decodeBytes,
};

function decodeInteger(
  value: unknown,
  place: Place,
  type: { readonly name: string; readonly bound: number },
): number {
  if (typeof value !== 'number') throw wrongType(value, place, type.name);
  if (!Number.isInteger(value) || value >= type.bound || value < -type.bound) {
    throw new DecodeError(
      `json: cannot unmarshal number ${value} into Go struct field ${goField(place)} of type ${type.name}`,
    );
  }
  return value;
}

/** What has the shape of a quantity but is none has a bad suffix. */
const QUANTITY_SHAPE = /^[+-]?\d*(\.\d*)?[eEinumkKMGTP]*[-+]?\d*$/;

/** @see Source: kubernetes `apimachinery/pkg/api/resource/quantity.go`, `parseQuantityString`. */
function decodeQuantity(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const known = QUANTITIES.get(text);
  if (known !== undefined) return known;
  const decoded = newQuantity(text);
  remember(QUANTITIES, text, decoded);
  return decoded;
}

/** The same few are read again and again, each in a fraction of the time. */
const MAX_REMEMBERED = 1_000;
const QUANTITIES = new Map<string, string>();
const TIMES = new Map<string, string>();

function remember(known: Map<string, string>, text: string, decoded: string): void {
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(text, decoded);
}

function newQuantity(text: string): string {
  // upstream keeps the sign of a plain number
  if (/^\+\d+$/.test(text)) return text;
  const quantity = parseQuantity(text);
  if (quantity === undefined) {
    throw new DecodeError(
      text !== '' && QUANTITY_SHAPE.test(text)
        ? "unable to parse quantity's suffix"
        : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  return formatQuantity(quantity);
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Unlike whole seconds, microseconds may not be left out. */
const MICROSECONDS = /\.\d{6}(?!\d)/;

function decodeTime(kind: 'time' | 'microTime', value: unknown, place: Place): string {
  if (typeof value !== 'string') throw wrongType(value, place, 'string');
  if (kind === 'microTime') return newTime(kind, value);
  const known = TIMES.get(value);
  if (known !== undefined) return known;
  const decoded = newTime(kind, value);
  remember(TIMES, value, decoded);
  return decoded;
}

function newTime(kind: 'time' | 'microTime', value: string): string {
  const epochMs = RFC3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(epochMs)) {
    const text = JSON.stringify(value);
    throw new DecodeError(
      `parsing time ${text} as "2006-01-02T15:04:05${kind === 'time' ? '' : '.000000'}Z07:00": cannot parse ${text} as "2006"`,
    );
  }
  if (kind === 'microTime' && !MICROSECONDS.test(value)) {
    const rest = JSON.stringify(value.slice('2006-01-02T15:04:05'.length));
    throw new DecodeError(
      `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse ${rest} as ".000000"`,
    );
  }
  const whole = new Date(Math.floor(epochMs / 1_000) * 1_000).toISOString().slice(0, 19);
  if (kind === 'time') return `${whole}Z`;
  const fraction = (/\.(\d+)/.exec(value)?.[1] ?? '').slice(0, 6).padEnd(6, '0');
  return `${whole}.${fraction}Z`;
}

function decodeBytes(value: unknown, place: Place): string {
  if (typeof value !== 'string') throw wrongType(value, place, '[]uint8');
  const text = value.replaceAll(/[\r\n]/g, '');
  const bad = /[^A-Za-z0-9+/=]|=[^=]/.exec(text);
  if (bad !== null || text.length % 4 !== 0) {
    throw new DecodeError(
      `illegal base64 data at input byte ${bad?.index ?? text.length - (text.length % 4)}`,
    );
  }
  return text;
}

function isZero(value: unknown): boolean {
  if (value === '' || value === 0 || value === false || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Go's zero value as JSON; lists, maps, times and raw values are null. */
function zero(type: Type): unknown {
  if (type.kind === 'struct') return {};
  return ZEROS[type.kind] ?? null;
}

const ZEROS: Readonly<Partial<Record<Type['kind'], unknown>>> = {
  string: '',
  bytes: '',
  boolean: false,
  int32: 0,
  int64: 0,
  intOrString: 0,
  quantity: '0',
};

function fieldPlace({ type, name, place }: FieldPlace): Place {
  const { report, keepsEmpty } = place;
  return { report, keepsEmpty, struct: type, parent: place, step: name, isKey: false };
}

function itemPlace(place: Place, step: string | number, isKey: boolean): Place {
  const { report, keepsEmpty, struct } = place;
  return { report, keepsEmpty, struct, parent: place, step, isKey };
}

/** The path with positions and keys: `spec.containers[0].ports`. */
function pathOf(place: Place): string {
  let path = '';
  for (let here: Place | undefined = place; here !== undefined; here = here.parent) {
    if (here.step === undefined) continue;
    const step = typeof here.step === 'number' ? `[${here.step}]` : here.step;
    path = path === '' || path.startsWith('[') ? `${step}${path}` : `${step}.${path}`;
  }
  return path;
}

/** The path of fields alone, after the Go type: `Container.spec.containers.ports`. */
function goField(place: Place): string {
  const steps: string[] = [];
  for (let here: Place | undefined = place; here !== undefined; here = here.parent) {
    if (typeof here.step === 'string' && !here.isKey) steps.unshift(here.step);
  }
  return [goTypeName(place.struct), ...steps].join('.');
}

function wrongType(value: unknown, place: Place, goType: string): DecodeError {
  const found = Array.isArray(value)
    ? 'array'
    : typeof value === 'boolean'
      ? 'bool'
      : value === null
        ? 'null'
        : typeof value;
  const where =
    place.parent === undefined ? 'Go value of type' : `Go struct field ${goField(place)} of type`;
  return new DecodeError(`json: cannot unmarshal ${found} into ${where} ${goType}`);
}

/** @see Source: Go's `reflect.Type.String`, as it stands in messages of `encoding/json`. */
function goName(type: Type): string {
  if (type.kind === 'list') return `[]${goName(type.items)}`;
  if (type.kind === 'map') return `map[string]${goName(type.values)}`;
  if (type.kind === 'struct') return `${goPackage(type)}.${goTypeName(type)}`;
  return GO_NAMES[type.kind] ?? type.kind;
}

const GO_NAMES: Readonly<Partial<Record<Type['kind'], string>>> = {
  boolean: 'bool',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  bytes: '[]uint8',
  raw: 'runtime.RawExtension',
};

function goPackage(type: StructType): string {
  return type.name.split('.').at(-2) ?? 'v1';
}
