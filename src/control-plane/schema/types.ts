/**
 * How the API's types are described: enough to decode JSON as upstream does, to merge patches by their
 * keys and to publish OpenAPI. One description serves all of these, so they cannot disagree.
 */

/** Types without parts. `quantity` and the times are texts with a canonical spelling. */
export type ScalarKind =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'bytes';

/** A single JSON value, checked as Go would decode it. */
export interface ScalarType {
  readonly kind: ScalarKind;
}

/** Any JSON; kept as it comes. */
export interface RawType {
  readonly kind: 'raw';
}

/**
 * A list. Without keys it is atomic: a patch replaces it whole.
 */
export interface ListType {
  readonly kind: 'list';
  readonly items: Type;
  /** Field by which a strategic merge patch pairs items; '' pairs equal scalars. */
  readonly mergeKey?: string;
  /** Fields that name an item for server-side apply; empty: a set of scalars. */
  readonly applyKeys?: readonly string[];
  /** What a key field counts as where it is absent; a required one counts as its zero value. */
  readonly keyDefaults?: Readonly<Record<string, string>>;
}

/** An object with any keys and one type of values. */
export interface MapType {
  readonly kind: 'map';
  readonly values: Type;
  /** Server-side apply owns it as a whole. */
  readonly isAtomic?: boolean;
}

/** An object with known fields. */
export interface StructType {
  readonly kind: 'struct';
  /** OpenAPI definition name; its last part is the Go type's name. */
  readonly name: string;
  /** In the order of the Go struct. */
  readonly fields: Readonly<Record<string, Field>>;
  readonly description?: string;
  /** Server-side apply owns it as a whole. */
  readonly isAtomic?: boolean;
}

/** What a JSON value may be. */
export type Type = ScalarType | RawType | ListType | MapType | StructType;

/**
 * One field of a struct.
 *
 * `presence` follows Go's JSON tags, because they decide which zero values a client sees:
 * `optional` is a value with `omitempty` (zero is dropped; a struct is always there), `pointer` keeps
 * every value that was given, `required` has no `omitempty` (absent becomes zero; an empty list or map
 * becomes null).
 */
export interface Field {
  readonly type: Type;
  readonly presence: 'optional' | 'pointer' | 'required';
  readonly description?: string;
  /** A strategic merge patch replaces the whole field (`patchStrategy: replace` or `retainKeys`). */
  readonly patchStrategy?: 'replace' | 'retainKeys';
}

/** A text; its zero is the empty one. */
export const STRING: ScalarType = { kind: 'string' };
/** True or false; false is its zero. */
export const BOOLEAN: ScalarType = { kind: 'boolean' };
/** A whole number of 32 bits. */
export const INT32: ScalarType = { kind: 'int32' };
/** A whole number of 64 bits. */
export const INT64: ScalarType = { kind: 'int64' };
/** A quantity such as `200m`, given as a text or a number. */
export const QUANTITY: ScalarType = { kind: 'quantity' };
/** A whole number or a text: `8000`, `http`, `25%`. */
export const INT_OR_STRING: ScalarType = { kind: 'intOrString' };
/** An instant in whole seconds (`metav1.Time`), or null. */
export const TIME: ScalarType = { kind: 'time' };
/** An instant in microseconds (`metav1.MicroTime`), or null. */
export const MICRO_TIME: ScalarType = { kind: 'microTime' };
/** Bytes, as a text in base64. */
export const BYTES: ScalarType = { kind: 'bytes' };
/** Any JSON, kept as it comes. */
export const RAW: RawType = { kind: 'raw' };

/** A field with `omitempty` whose zero value is dropped; a struct in it is always there. */
export function optional(type: Type, description?: string): Field {
  return field(type, 'optional', description);
}

/** A field that is absent or keeps what was given, zero too. */
export function pointer(type: Type, description?: string): Field {
  return field(type, 'pointer', description);
}

/** A field that is always written. */
export function required(type: Type, description?: string): Field {
  return field(type, 'required', description);
}

/** A list, atomic unless its options name keys. */
export function list(
  items: Type,
  options: Pick<ListType, 'mergeKey' | 'applyKeys' | 'keyDefaults'> = {},
): ListType {
  return { kind: 'list', items, ...options };
}

/** A map from text to `values`. */
export function map(values: Type): MapType {
  return { kind: 'map', values };
}

/** A map that server-side apply owns as a whole. */
export function atomicMap(values: Type): MapType {
  return { kind: 'map', values, isAtomic: true };
}

/** An object type; `name` is its OpenAPI name. */
export function struct(
  name: string,
  fields: Readonly<Record<string, Field>>,
  description?: string,
): StructType {
  return { kind: 'struct', name, fields, ...(description === undefined ? {} : { description }) };
}

/** The Go type's name: the last part of the OpenAPI name. */
export function goTypeName(type: StructType): string {
  return type.name.slice(type.name.lastIndexOf('.') + 1);
}

function field(type: Type, presence: Field['presence'], description: string | undefined): Field {
  return { type, presence, ...(description === undefined ? {} : { description }) };
}
