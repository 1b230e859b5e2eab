/** Reads the bodies of writes. */
import { parse as parseYaml } from 'yaml';
import { ApiError } from '../api-error.js';
import type { Kind } from '../kinds/kind.js';
import type { KindRegistry } from '../kinds/registry.js';
import { isJsonObject, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';

/** How upstream's messages name the set of all types. */
export const SCHEME = 'in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"';

/** Group versions that upstream's scheme knows beyond those that are offered. */
const OLD_VERSIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Deployment', ['extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2']],
  ['ReplicaSet', ['extensions/v1beta1', 'apps/v1beta2']],
  ['EndpointSlice', ['discovery.k8s.io/v1beta1']],
  ['Secret', ['v1']],
  ['Event', ['events.k8s.io/v1']],
]);

/** What a body must be: a kind of the registry, or another type of the API. */
export interface ExpectedType {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
}

/** What a body of `kind` must be. */
export function expectedType({ resource }: Kind): ExpectedType {
  return resource;
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
  body: string,
  contentType: string | undefined,
  expected: ExpectedType & { readonly registry: KindRegistry },
): JsonObject {
  const type = mediaType(contentType);
  if (type === 'application/vnd.kubernetes.protobuf') throw unsupportedBody();
  if (type !== '' && type !== 'application/json' && type !== 'application/yaml') {
    throw unsupportedBody();
  }
  const value = type === 'application/yaml' ? fromYaml(body) : fromJson(body, expected.kind);
  if (!isJsonObject(value)) {
    throw ApiError.badRequest(
      `the object provided is unrecognized (must be of type ${expected.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (${hexStart(body)})`,
    );
  }
  checkType(value, body, expected);
  return value;
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
    const because = error instanceof Error ? error.message : String(error);
    throw ApiError.badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${because} (${hexStart(body)})`,
    );
  }
}

function fromYaml(body: string): unknown {
  try {
    return parseYaml(body);
  } catch (error) {
    throw ApiError.badRequest(
      `error converting YAML to JSON: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

/** @see Source: kubernetes `apiserver/pkg/endpoints/handlers/create.go`, and the codec it calls. */
function checkType(
  value: JsonObject,
  body: string,
  expected: ExpectedType & { readonly registry: KindRegistry },
): void {
  const wantedVersion = groupVersionText(expected);
  const apiVersion = textOf(value['apiVersion']) || wantedVersion;
  const kind = textOf(value['kind']) || expected.kind;
  if (apiVersion === wantedVersion && kind === expected.kind) return;
  if (apiVersion.split('/').length > 2) {
    throw ApiError.badRequest(
      `the object provided is unrecognized (must be of type ${expected.kind}): unexpected GroupVersion string: ${apiVersion} (${hexStart(body)})`,
    );
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

function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group);
}

/** The start of a body as messages show it. */
function hexStart(body: string): string {
  return body.length > 30 ? `${body.slice(0, 30)} ...` : body;
}

function unsupportedBody(): ApiError {
  return new ApiError({
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    reason: 'UnsupportedMediaType',
    code: 415,
  });
}
