/** Applies the body of a PATCH to an object. */
import { ApiError } from '../api-error.js';
import type { KubeObject } from '../../core/objects.js';
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { StructType } from '../schema/types.js';
import { jsonKind, mediaType } from './body.js';
import { goJsonError } from './go-json-error.js';
import { PatchError, applyJsonPatch } from './json-patch.js';
import { mergePatch } from '../../core/merge-patch.js';
import { StrategicMergeError, applyStrategicMergePatch } from './strategic-merge-patch.js';

/** Most operations a JSON patch may have. */
const MAX_OPERATIONS = 10_000;

/**
 * The object a patch makes of `current`, not yet decoded.
 *
 * @throws {ApiError} 415 for another type of patch, 400 for a malformed one, 422 for one that does not fit.
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/patch.go`.
 */
export function patchedObject(
  current: KubeObject,
  patch: { readonly contentType: string | undefined; readonly body: string },
  type: StructType,
): JsonObject {
  const document: unknown = current;
  switch (mediaType(patch.contentType)) {
    case 'application/json-patch+json':
      return asObject(jsonPatched(document, patch.body));
    case 'application/merge-patch+json':
      return asObject(mergePatch(document, objectPatch(patch.body)));
    case 'application/strategic-merge-patch+json':
      return strategicallyPatched(type, document, objectPatch(patch.body));
    default:
      throw new ApiError({
        message: '415: Unsupported Media Type',
        reason: 'UnsupportedMediaType',
        details: {},
        code: 415,
      });
  }
}

function jsonPatched(document: unknown, body: string): unknown {
  const operations = parsed(body);
  if (!Array.isArray(operations)) {
    throw ApiError.badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonKind(operations)} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  if (operations.length > MAX_OPERATIONS) {
    throw new ApiError({
      message: `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
      reason: 'RequestEntityTooLarge',
      code: 413,
    });
  }
  try {
    return applyJsonPatch(document, operations);
  } catch (error) {
    if (error instanceof PatchError) throw rejected();
    throw error;
  }
}

function strategicallyPatched(type: StructType, document: unknown, patch: JsonObject): JsonObject {
  try {
    return applyStrategicMergePatch(type, asObject(document), patch);
  } catch (error) {
    if (error instanceof StrategicMergeError) throw ApiError.unclassified(error.message);
    throw error;
  }
}

function objectPatch(body: string): JsonObject {
  const patch = parsed(body);
  if (isJsonObject(patch)) return patch;
  throw ApiError.badRequest(
    `error decoding patch: json: cannot unmarshal ${jsonKind(patch)} into Go value of type map[string]interface {}`,
  );
}

function parsed(body: string): unknown {
  if (body === '') throw ApiError.badRequest('error decoding patch: unexpected end of JSON input');
  try {
    return JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw ApiError.badRequest(`error decoding patch: ${goJsonError(body)}`);
  }
}

function asObject(value: unknown): JsonObject {
  if (isJsonObject(value)) return value;
  throw rejected();
}

/** What upstream says of a patch that does not fit its object. */
function rejected(): ApiError {
  return new ApiError({
    message: 'the server rejected our request due to an error in our request',
    reason: 'Invalid',
    details: {},
    code: 422,
  });
}
