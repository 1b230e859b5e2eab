/** Answers server-side apply to objects and to their status. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import { textOf, valueAt } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { appliedBody, refuseOtherType } from './apply-body.js';
import { encodingFor } from './context.js';
import type { ApiHandlerOptions } from './context.js';
import { encodeObject } from './encode.js';
import type { KindRequest } from './kind-request.js';
import { jsonText } from './messages.js';
import type { ApiResponse } from './messages.js';
import { checkName, keyOfPath, placeInNamespace } from './named-object.js';
import { parseWriteQuery } from './write-options.js';

/**
 * Applies the configuration of a request.
 *
 * @throws {ApiError} as the API refuses.
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/patch.go`, `applyPatcher`.
 */
export function applyObject(
  options: ApiHandlerOptions,
  target: KindRequest,
  subresource: 'status' | undefined,
): ApiResponse {
  const { kind, path, request, warnings } = target;
  const { api } = options;
  const encoding = encodingFor(options, kind, request);
  const query = parseWriteQuery(request.query, 'ApplyOptions');
  const { applied, duplicates } = appliedBody(request);
  refuseOtherType(applied, kind.resource);
  const isThere = api.get(kind.resource, keyOfPath(path)) !== undefined;
  const { object, isCreated } = api.apply<KubeObject>(kind.resource, keyOfPath(path), {
    applied,
    options: {
      fieldManager: query.fieldManager,
      isForced: query.isForced,
      dryRun: query.dryRun,
      ...(subresource === undefined ? {} : { subresource }),
      onWarning: (text) => warnings.push(text),
      onMerged(merged) {
        duplicates.judge(query.fieldValidation);
        if (!isThere) refuseUid(target, merged);
        placeInNamespace(kind, path, merged);
        checkName(path, merged);
      },
    },
  });
  return jsonText(isCreated ? 201 : 200, encodeObject(object, encoding));
}

/** A configuration for one object and no other cannot make it. */
function refuseUid({ kind, path }: KindRequest, merged: JsonObject): void {
  const uid = textOf(valueAt(merged, ['metadata', 'uid']));
  if (uid === '') return;
  throw ApiError.conflict(
    kind.resource,
    path.name ?? '',
    `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
  );
}
