/** Objects, lists and events as JSON texts. */
import type { KubeObject } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { Kind } from '../kinds/kind.js';
import type { Representation } from './representation.js';
import { shownAs } from './shown-object.js';
import { tableBody } from './table.js';

/** An object's JSON from its metadata on; objects never change, so each is written once. */
const TAILS = new WeakMap<KubeObject, string>();

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
  const { group, version } = kind.resource;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const head = listHead(`${kind.resource.kind}List`, apiVersion, meta);
  return `${head}${items.map((item) => `{${tail(shownAs(kind, item))}`).join(',')}]}`;
}

/** An object with kind and apiVersion first. */
export function objectText(object: KubeObject): string {
  return `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},${tail(object)}`;
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
