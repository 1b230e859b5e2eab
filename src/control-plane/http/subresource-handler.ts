/** Requests about subresources other than status. */
import { ApiError } from '../api-error.js';
import type { Status } from '../api-error.js';
import { evictPod } from '../eviction.js';
import { PODS } from '../resources.js';
import { isJsonObject, textOf, valueAt } from '../schema/json.js';
import { BINDING, EVICTION } from '../schema/request-types.js';
import { expectedType, readObject } from './body.js';
import { encodingFor, unknownResource } from './context.js';
import type { ApiHandlerOptions } from './context.js';
import { encodeObject } from './encode.js';
import { json, jsonText } from './messages.js';
import type { ApiResponse } from './messages.js';
import { podLog } from './pod-log.js';
import { handleScale } from './scale-handler.js';
import type { KindRequest } from './kind-request.js';
import { handleObject, handleStatus } from './resource-handler.js';
import { checkName, keyOfPath } from './named-object.js';
import { podConnection } from './streams/pod-connection.js';
import { deleteOptionsOf, parseWriteQuery } from './write-options.js';

const SUCCESS: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code: 201,
};

/** Answers `.../NAME/SUBRESOURCE`. @throws {ApiError} as the API refuses. */
export function handleSubresource(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { kind, path } = target;
  const { subresource = '' } = path;
  if (subresource === 'status' && kind.hasStatus) return handleStatus(options, target);
  if (subresource === 'scale' && kind.hasScale === true) return handleScale(options, target);
  if (kind.resource === PODS || kind.resource.plural === 'pods') {
    return handlePodSubresource(options, target);
  }
  if (kind.resource.plural === 'namespaces' && subresource === 'finalize') {
    return finalizeNamespace(options, target);
  }
  throw unknownResource();
}

function handlePodSubresource(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { method } = target.request;
  switch (target.path.subresource) {
    case 'log':
      if (method !== 'GET') throw ApiError.methodNotAllowed();
      return podLog(options, target.path, target.request);
    case 'binding':
      if (method !== 'POST') throw ApiError.methodNotAllowed();
      return bindPod(options, target);
    case 'eviction':
      if (method !== 'POST') throw ApiError.methodNotAllowed();
      return answerEviction(options, target);
    case 'ephemeralcontainers':
    case 'resize':
      // the pod itself; neither part of it can be changed while it runs, and by 404 kubectl knows that
      if (method !== 'GET') throw unknownResource();
      return handleObject(options, target);
    case 'attach':
    case 'exec':
    case 'portforward':
      // the request that asks for it goes another way, see `ApiHandler.connection`
      podConnection(options, target.path, target.request);
      throw ApiError.badRequest('Upgrade request required');
    case undefined:
    default:
      throw unknownResource();
  }
}

/** @see Source: kubernetes `pkg/registry/core/pod/storage/storage.go`, `BindingREST.Create`. */
function bindPod({ api }: ApiHandlerOptions, { path, request }: KindRequest): ApiResponse {
  const body = readObject(request, {
    kind: 'Binding',
    group: '',
    version: 'v1',
    type: BINDING,
    registry: api.kinds,
  });
  const nodeName = textOf(valueAt(body, ['target', 'name']));
  if (nodeName === '') throw ApiError.badRequest('target.name: Required value');
  const pod = api.read(PODS, keyOfPath(path));
  api.update(PODS, { ...pod, spec: { ...pod.spec, nodeName } }, { subresource: 'binding' });
  return json(201, SUCCESS);
}

/** @see Source: `pkg/registry/core/pod/storage/eviction.go`, `EvictionREST.Create`. */
function answerEviction(
  { api, clock }: ApiHandlerOptions,
  { path, request }: KindRequest,
): ApiResponse {
  const query = parseWriteQuery(request.query, 'CreateOptions');
  const body = readObject(request, {
    kind: 'Eviction',
    group: 'policy',
    version: 'v1',
    type: EVICTION,
    registry: api.kinds,
  });
  if (textOf(valueAt(body, ['metadata', 'name'])) !== path.name) {
    throw ApiError.badRequest('name in URL does not match name in Eviction object');
  }
  const given = body['deleteOptions'];
  const options = deleteOptionsOf(isJsonObject(given) ? given : {});
  evictPod(api, {
    pod: keyOfPath(path),
    options: query.dryRun ? { ...options, dryRun: true } : options,
    nowMs: clock.now(),
  });
  return json(201, SUCCESS);
}

function finalizeNamespace(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { kind, path, request } = target;
  if (request.method !== 'PUT') throw ApiError.methodNotAllowed();
  const body = readObject(request, {
    ...expectedType(kind),
    registry: options.api.kinds,
  });
  checkName(path, body);
  const written = options.api.updateFrom(kind.resource, body, { subresource: 'finalize' });
  return jsonText(200, encodeObject(written, encodingFor(options, kind, request)));
}
