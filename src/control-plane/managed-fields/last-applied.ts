/** The annotation of client-side apply, and what server-side apply makes of it. */
import { isEqualJson } from '../api-machinery/equality.js';
import type { JsonObject } from '../schema/json.js';
import { isJsonObject, textOf } from '../schema/json.js';
import { compare } from './compare.js';
import { difference } from './field-set.js';
import type { FieldSet } from './field-set.js';
import { fieldSetOf } from './field-set-of.js';
import type { Operation } from './ownership.js';
import { typedFault } from './validate-typed.js';

/** Where client-side apply keeps what it applied. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Most that all annotations of an object may come to, in bytes. */
const MAX_ANNOTATIONS_BYTES = 256 * 1_024;

/**
 * What client-side apply set and nobody changed since: `kubectl apply --server-side` may take it without
 * force. Undefined when there is no such annotation, or none that can be read.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/internal/lastappliedmanager.go`,
 *   `allowedConflictsFromLastApplied`.
 */
export function allowedByLastApplied(
  live: JsonObject,
  { type, apiVersion }: Operation,
): FieldSet | undefined {
  const lastApplied = parsed(annotationsOf(live)?.[LAST_APPLIED]);
  if (lastApplied === undefined || lastApplied['apiVersion'] !== apiVersion) return undefined;
  if (typedFault(type, live) !== undefined || typedFault(type, lastApplied) !== undefined) {
    return undefined;
  }
  const { modified, added, removed } = compare(type, { before: lastApplied, after: live });
  const set = fieldSetOf(type, lastApplied);
  return difference(difference(difference(set, modified), added), removed);
}

/**
 * The object with its annotation of client-side apply, if it has one, brought up to what was applied.
 *
 * @see Source: `lastappliedupdater.go`, `Apply`.
 */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  const annotations = annotationsOf(object);
  if (annotations === undefined || textOf(annotations[LAST_APPLIED]) === '') return object;
  const next: JsonObject = { ...annotations, [LAST_APPLIED]: goJson(withoutOwn(applied)) };
  if (sizeOf(next) > MAX_ANNOTATIONS_BYTES) Reflect.deleteProperty(next, LAST_APPLIED);
  if (isEqualJson(next, annotations)) return object;
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  return { ...object, metadata: { ...metadata, annotations: next } };
}

function annotationsOf(object: JsonObject): JsonObject | undefined {
  const metadata = object['metadata'];
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined;
  return isJsonObject(annotations) ? annotations : undefined;
}

function withoutOwn(applied: JsonObject): JsonObject {
  const annotations = annotationsOf(applied);
  const metadata = applied['metadata'];
  if (annotations === undefined || !isJsonObject(metadata)) return applied;
  const { [LAST_APPLIED]: _own, ...others } = annotations;
  return { ...applied, metadata: { ...metadata, annotations: others } };
}

function parsed(text: unknown): JsonObject | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** JSON as Go's encoder writes it: keys in order, signs of HTML escaped, a line end. */
function goJson(value: unknown): string {
  const text = JSON.stringify(sorted(value)).replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}

function sizeOf(annotations: JsonObject): number {
  const encoder = new TextEncoder();
  return Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + encoder.encode(key).length + encoder.encode(textOf(value)).length,
    0,
  );
}
