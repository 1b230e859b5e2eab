/** Reads the bodies of writes. */
import { ApiError } from '../api-error.js';
import type { Kind } from '../kinds/kind.js';
import type { KindRegistry } from '../kinds/registry.js';
import { isJsonObject, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { StructType } from '../schema/types.js';
import { decodeMessage } from '../protobuf/decode-message.js';
import { PROTOBUF_MEDIA_TYPE, openEnvelope } from '../protobuf/envelope.js';
import { isDescribed } from '../protobuf/message-table.js';
import { ProtobufError } from '../protobuf/wire.js';
import { goJsonError } from './go-json-error.js';
import { readYaml } from './yaml-text.js';
import type { ApiRequest } from './messages.js';

/** How upstream's messages name the set of all types. */
export const SCHEME = 'in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"';

/** Group versions that upstream's scheme knows beyond those that are offered. */
const OLD_VERSIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Deployment', ['extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2']],
  ['ReplicaSet', ['extensions/v1beta1', 'apps/v1beta2']],
  ['EndpointSlice', ['discovery.k8s.io/v1beta1']],
  ['Secret', ['v1']],
]);

/** What a body must be: a kind of the registry, or another type of the API. */
export interface ExpectedType {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  /** What it is decoded as. */
  readonly type: StructType;
}

/** The part of a request that a body is read from. */
export type RequestBody = Pick<ApiRequest, 'body' | 'bytes' | 'contentType'>;

/** What a body of `kind` must be. */
export function expectedType({ resource, type }: Kind): ExpectedType {
  const { kind, group, version } = resource;
  return { kind, group, version, type };
}

/** Media type without parameters, lower case; '' when absent. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * The object a write carries, as JSON.
 *
 * @throws {ApiError} 415 for a form that is not read, 400 for what is no object of the expected type.
 */
export function readObject(
  request: RequestBody,
  expected: ExpectedType & { readonly registry: KindRegistry },
): JsonObject {
  const type = mediaType(request.contentType);
  if (type === PROTOBUF_MEDIA_TYPE) return readProtobuf(bodyBytes(request), expected);
  if (type !== '' && type !== 'application/json' && type !== 'application/yaml') {
    throw unsupportedBody();
  }
  const { body } = request;
  const value = type === 'application/yaml' ? fromYaml(body) : fromJson(body, expected.kind);
  if (!isJsonObject(value)) {
    throw unrecognized(
      expected.kind,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
      body,
    );
  }
  checkType(value, body, expected);
  return value;
}

/** The bytes of a body, however they were handed in. */
export function bodyBytes({ body, bytes }: RequestBody): Uint8Array {
  return bytes ?? new TextEncoder().encode(body);
}

/** @see Source: kubernetes `apiserver/pkg/endpoints/handlers/rest.go`, `transformDecodeError`. */
function readProtobuf(
  bytes: Uint8Array,
  expected: ExpectedType & { readonly registry: KindRegistry },
): JsonObject {
  if (!isDescribed(expected.type)) throw unsupportedBody();
  const envelope = orRefused(
    () => openEnvelope(bytes),
    (because) => unrecognized(expected.kind, because, bytes),
  );
  const { apiVersion, kind, message } = envelope;
  checkType({ apiVersion, kind }, bytes, expected);
  const version = (apiVersion || expected.version).split('/').at(-1);
  const object = orRefused(
    () => decodeMessage(expected.type, message),
    (because) =>
      ApiError.badRequest(
        `${expected.kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: ${because}`,
      ),
  );
  return { apiVersion, kind, ...object };
}

function orRefused<T>(read: () => T, refusal: (because: string) => ApiError): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtobufError) throw refusal(error.message);
    throw error;
  }
}

/** Go's name for the kind of a JSON value, in messages about bodies and patches. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function fromJson(body: string, kind: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const because = goJsonError(body);
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${because}`, body);
  }
}

/** The value of a YAML text. @throws {ApiError} 400. */
export function fromYaml(body: string): unknown {
  const { value, fault } = readYaml(body);
  if (fault !== undefined) throw ApiError.badRequest(`error converting YAML to JSON: ${fault}`);
  return value;
}

/** @see Source: kubernetes `apiserver/pkg/endpoints/handlers/create.go`, and the codec it calls. */
function checkType(
  value: JsonObject,
  body: string | Uint8Array,
  expected: ExpectedType & { readonly registry: KindRegistry },
): void {
  const wantedVersion = groupVersionText(expected);
  const apiVersion = textOf(value['apiVersion']) || wantedVersion;
  const kind = textOf(value['kind']) || expected.kind;
  if (apiVersion === wantedVersion && kind === expected.kind) return;
  if (apiVersion.split('/').length > 2) {
    throw unrecognized(expected.kind, `unexpected GroupVersion string: ${apiVersion}`, body);
  }
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const start = `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}`;
  if (!isRegistered(expected.registry, apiVersion, kind)) {
    throw ApiError.badRequest(
      `${start}: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} ${SCHEME}`,
    );
  }
  if (kind === expected.kind) {
    throw ApiError.badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${wantedVersion})`,
    );
  }
  throw ApiError.badRequest(
    `${start}: converting (${version}.${kind}) to (${internalPackage(expected.group)}.${expected.kind}): unknown conversion`,
  );
}

function isRegistered(registry: KindRegistry, apiVersion: string, kind: string): boolean {
  const single = kind.endsWith('List') ? kind.slice(0, -4) : kind;
  return (
    registry.all.some(
      ({ resource }) => resource.kind === single && groupVersionText(resource) === apiVersion,
    ) ||
    (OLD_VERSIONS.get(single)?.includes(apiVersion) ?? false)
  );
}

function groupVersionText({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The Go package of a group's internal types, as messages name it. */
export function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group);
}

function unrecognized(kind: string, because: string, body: string | Uint8Array): ApiError {
  return ApiError.badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${because} (${summary(body)})`,
  );
}

/** How much of a body messages show. */
const SHOWN_BYTES = 30;

/**
 * The start of a body as messages show it: as it is when it may be JSON, else in hexadecimal.
 *
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/rest.go`, `summarizeData`.
 */
function summary(body: string | Uint8Array): string {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  if (bytes.length === 0) return '<empty>';
  const start = bytes.subarray(0, SHOWN_BYTES);
  const isJson = start[0] === 0x7b;
  const text = isJson
    ? new TextDecoder().decode(start)
    : [...start].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length > SHOWN_BYTES ? `${text} ...` : text;
}

/** 415 for a body in a form that is not read. */
export function unsupportedBody(): ApiError {
  return new ApiError({
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    reason: 'UnsupportedMediaType',
    code: 415,
  });
}
