/** What a body and the path of its request must agree on. */
import { ApiError } from '../api-error.js';
import type { ObjectKey } from '../api.js';
import type { Kind } from '../kinds/kind.js';
import { isJsonObject, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { ResourcePath } from './resource-path.js';

/** The key of the object a path names. */
export function keyOfPath({ namespace = '', name = '' }: ResourcePath): ObjectKey {
  return { namespace, name };
}

/** Puts the namespace of the path into the body. @throws {ApiError} 400 when it names another. */
export function placeInNamespace(kind: Kind, path: ResourcePath, body: JsonObject): void {
  const metadata = body['metadata'] ?? {};
  if (!isJsonObject(metadata)) return;
  const given = textOf(metadata['namespace']);
  if (!kind.resource.namespaced) return;
  if (given !== '' && given !== path.namespace) {
    throw ApiError.badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  body['metadata'] = { ...metadata, namespace: path.namespace };
}

/** @throws {ApiError} 400 when the body names another object than the path, or none. */
export function checkName(path: ResourcePath, body: JsonObject): void {
  const metadata = body['metadata'];
  const name = isJsonObject(metadata) ? textOf(metadata['name']) : '';
  if (name === path.name) return;
  throw ApiError.badRequest(
    name === ''
      ? `the name of the object (${path.name ?? ''} based on URL) was undeterminable: name must be provided`
      : `the name of the object (${name}) does not match the name on the URL (${path.name ?? ''})`,
  );
}
