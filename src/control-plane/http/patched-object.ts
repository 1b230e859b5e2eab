/** Whether a patched object is still one of its kind, and what a client is told when it is not. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { invalidValue } from '../field-error.js';
import type { Kind } from '../kinds/kind.js';
import type { KindRegistry } from '../kinds/registry.js';
import { goPlain } from '../managed-fields/go-values.js';
import { DecodeError, decode } from '../schema/decode.js';
import { isJsonObject, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { OBJECT_META } from '../schema/meta-types.js';
import { SCHEME, internalPackage, mediaType } from './body.js';
import { conversionFault } from './go-conversion.js';
import { duplicateFields } from './duplicate-fields.js';
import type { KindRequest } from './kind-request.js';
import { FieldReport } from './write-options.js';
import type { FieldValidation } from './write-options.js';

/** A patch and what it made. */
export interface PatchOutcome {
  readonly current: KubeObject;
  readonly patched: JsonObject;
  readonly validation: FieldValidation;
  /** Kinds that the patched object may have become. */
  readonly registry: KindRegistry;
}

/**
 * Refuses what is no longer an object of the kind, and warns of fields that it does not have.
 *
 * @throws {ApiError} 422.
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/patch.go`, `applyPatchToCurrentObject` and
 *   `applyPatchToObject`.
 */
export function checkPatched(
  { kind, request, warnings }: KindRequest,
  { current, patched, validation, registry }: PatchOutcome,
): void {
  const { body } = request;
  const isStrategic = mediaType(request.contentType) === 'application/strategic-merge-patch+json';
  const known = validation === 'Ignore' ? [] : patchFaults(body, request.contentType);
  const report = new FieldReport(validation, undefined, known);
  const fault = isStrategic
    ? strategicFault(kind, patched, { report, registry })
    : patchedFault(kind, patched, { report, registry });
  if (fault === undefined) {
    warnings.push(...report.warnings);
    return;
  }
  const shown = isStrategic ? goPlain(JSON.parse(body)) : patchedText(current, patched);
  throw ApiError.invalid({ group: '', kind: '' }, '', [invalidValue('patch', shown, fault)]);
}

/** Fields that the patch itself gives twice, or that no operation of a JSON patch has. */
function patchFaults(body: string, contentType: string | undefined): readonly string[] {
  const duplicates = duplicateFields(body).map((path) => `duplicate field ${JSON.stringify(path)}`);
  if (mediaType(contentType) !== 'application/json-patch+json') return duplicates;
  const operations: unknown = JSON.parse(body);
  const unknown = (Array.isArray(operations) ? operations : []).flatMap((operation, index) =>
    Object.keys(isJsonObject(operation) ? operation : {})
      .filter((name) => !['op', 'path', 'from', 'value'].includes(name))
      .map((name) => `unknown field ${JSON.stringify(`[${index}].${name}`)}`),
  );
  return [...duplicates, ...unknown].map((fault) => `json patch ${fault}`);
}

interface Decoding {
  readonly report: FieldReport;
  readonly registry: KindRegistry;
}

function patchedFault(
  kind: Kind,
  patched: JsonObject,
  { report, registry }: Decoding,
): string | undefined {
  const apiVersion = textOf(patched['apiVersion']);
  const name = textOf(patched['kind']);
  const { group, version } = kind.resource;
  const wanted = group === '' ? version : `${group}/${version}`;
  if (name === kind.resource.kind && apiVersion === wanted) {
    return decodeFault(kind.type, patched, report) ?? report.refusal;
  }
  const other = registry.all.find(
    ({ resource }) =>
      resource.kind === name &&
      apiVersion ===
        (resource.group === '' ? resource.version : `${resource.group}/${resource.version}`),
  );
  if (other === undefined) {
    return `no kind ${JSON.stringify(name)} is registered for version ${JSON.stringify(apiVersion)} ${SCHEME}`;
  }
  return (
    decodeFault(other.type, patched, report) ??
    `converting (${other.resource.version}.${name}) to (${internalPackage(group)}.${kind.resource.kind}): unknown conversion`
  );
}

function strategicFault(kind: Kind, patched: JsonObject, decoding: Decoding): string | undefined {
  const { report } = decoding;
  const misfit = conversionFault(kind.type, patched);
  if (misfit !== undefined) return misfit;
  const fault = patchedFault(kind, patched, decoding);
  report.unknownFields.sort();
  return report.refusal ?? fault;
}

function decodeFault(
  type: Kind['type'],
  value: JsonObject,
  report: FieldReport,
): string | undefined {
  try {
    decode(type, value, { report });
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}

/**
 * A patched object as the patch libraries of Go write it: what the patch went into has its keys in order,
 * what it left alone stands as the type has it.
 */
function patchedText(current: KubeObject, patched: JsonObject): string {
  return sortedText(patched, current);
}

function sortedText(value: JsonObject, before: unknown): string {
  const names = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1));
  return objectText(value, names, (name) =>
    valueText(value[name], isJsonObject(before) ? before[name] : undefined, name),
  );
}

function valueText(value: unknown, before: unknown, name: string): string {
  if (!isJsonObject(value) || !isJsonObject(before)) return JSON.stringify(value) ?? 'null';
  if (value !== before && !isEqualJson(value, before)) return sortedText(value, before);
  const names = name === 'metadata' ? inOrder(Object.keys(value)) : Object.keys(value);
  return objectText(value, names, (key) => JSON.stringify(value[key]) ?? 'null');
}

function objectText(
  value: JsonObject,
  names: readonly string[],
  textOfField: (name: string) => string,
): string {
  const pairs = names
    .filter((name) => value[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${textOfField(name)}`);
  return `{${pairs.join(',')}}`;
}

function inOrder(names: readonly string[]): readonly string[] {
  const order = Object.keys(OBJECT_META.fields);
  return names.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
}
