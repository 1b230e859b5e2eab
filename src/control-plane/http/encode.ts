/** Objects, lists and events as JSON texts. */
import type { KubeObject } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { Kind } from '../kinds/kind.js';
import type { Representation } from './representation.js';
import { shownAs } from './shown-object.js';
import { tableBody } from './table.js';

/** An object's JSON from its metadata on; objects never change, so each is written once. */
const TAILS = new WeakMap<KubeObject, string>();

/** The same as bytes, for lists: writing a long text as bytes takes longer than making it. */
const TAIL_BYTES = new WeakMap<KubeObject, Uint8Array>();

const encoder = new TextEncoder();
const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;
const END_OF_LIST = encoder.encode(']}');

/** What encoding depends on beside the object. */
export interface Encoding {
  readonly kind: Kind;
  readonly representation: Representation;
  readonly nowMs: EpochMs;
  /** Which part of each object a table carries. */
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  /** A watch names the columns of its table once. */
  readonly hasNoColumns?: boolean;
}

/** Metadata of a list. */
export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** One object, as it is stored, in the wanted form. */
export function encodeObject(object: KubeObject, encoding: Encoding): string {
  switch (encoding.representation) {
    case 'table':
      return JSON.stringify(
        tableBody([object], encoding, {
          resourceVersion: object.metadata.resourceVersion ?? '',
        }),
      );
    case 'metadata':
      return metadataText(object);
    case 'object':
    default:
      return objectText(shownAs(encoding.kind, object));
  }
}

/** A list of objects, as they are stored, in the wanted form. */
export function encodeList(
  items: readonly KubeObject[],
  encoding: Encoding,
  meta: ListMeta,
): string {
  const { kind, representation } = encoding;
  if (representation === 'table') return JSON.stringify(tableBody(items, encoding, meta));
  if (representation === 'metadata') {
    const head = listHead('PartialObjectMetadataList', 'meta.k8s.io/v1', meta);
    return `${head}${items.map((item) => metadataText(item)).join(',')}]}`;
  }
  const head = objectListHead(kind, meta);
  return `${head}${items.map((item) => `{${tail(shownAs(kind, item))}`).join(',')}]}`;
}

/** The text of {@link encodeList} as bytes. */
export function encodeListBytes(
  items: readonly KubeObject[],
  encoding: Encoding,
  meta: ListMeta,
): Uint8Array {
  const { kind, representation } = encoding;
  if (representation !== 'object') return encoder.encode(encodeList(items, encoding, meta));
  const head = encoder.encode(objectListHead(kind, meta));
  const tails = items.map((item) => tailBytes(shownAs(kind, item)));
  // each with a brace before it and a comma between
  const length = tails.reduce((sum, bytes) => sum + bytes.length + 2, head.length - 1);
  const list = new Uint8Array(Math.max(length, head.length) + END_OF_LIST.length);
  list.set(head);
  let at = head.length;
  for (const bytes of tails) {
    if (at > head.length) list[at++] = COMMA;
    list[at++] = OPENING_BRACE;
    list.set(bytes, at);
    at += bytes.length;
  }
  list.set(END_OF_LIST, at);
  return list;
}

/** An object with kind and apiVersion first. */
export function objectText(object: KubeObject): string {
  return `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},${tail(object)}`;
}

function objectListHead({ resource }: Kind, meta: ListMeta): string {
  const { group, version, kind } = resource;
  return listHead(`${kind}List`, group === '' ? version : `${group}/${version}`, meta);
}

function listHead(kind: string, apiVersion: string, meta: ListMeta): string {
  return `{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(meta)},"items":[`;
}

function metadataText({ metadata }: KubeObject): string {
  return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(metadata)}}`;
}

function tail(object: KubeObject): string {
  let text = TAILS.get(object);
  if (text === undefined) {
    text = JSON.stringify({ ...object, kind: undefined, apiVersion: undefined }).slice(1);
    TAILS.set(object, text);
  }
  return text;
}

function tailBytes(object: KubeObject): Uint8Array {
  let bytes = TAIL_BYTES.get(object);
  if (bytes === undefined) {
    bytes = encoder.encode(tail(object));
    TAIL_BYTES.set(object, bytes);
  }
  return bytes;
}
