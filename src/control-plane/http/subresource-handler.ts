/** Requests about subresources other than status. */
import { kubeTime } from '../../core/kube-time.js';
import type { KubeObject, Scale } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { Status } from '../api-error.js';
import { evictPod } from '../eviction.js';
import { negativeValue } from '../field-error.js';
import type { Kind } from '../kinds/kind.js';
import { formatSelector } from '../kinds/selectors.js';
import { PODS } from '../resources.js';
import { DecodeError, decode } from '../schema/decode.js';
import { isJsonObject, textOf, valueAt } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { SCALE } from '../schema/meta-types.js';
import { BINDING, EVICTION } from '../schema/request-types.js';
import { expectedType, readObject } from './body.js';
import { encodingFor, unknownResource } from './context.js';
import type { ApiHandlerOptions } from './context.js';
import { encodeObject } from './encode.js';
import { json, jsonText } from './messages.js';
import type { ApiResponse } from './messages.js';
import { patchedObject } from './patch.js';
import { podLog } from './pod-log.js';
import type { KindRequest } from './resource-handler.js';
import {
  checkName,
  handleObject,
  handleStatus,
  keyOfPath,
  placeInNamespace,
} from './resource-handler.js';
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
      // the pod itself; neither part of it can be changed while it runs
      if (method !== 'GET') throw ApiError.methodNotAllowed();
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

function handleScale(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { kind, path, request } = target;
  const object: KubeObject = readScaled(options, target);
  switch (request.method) {
    case 'GET':
      return json(200, scaleOf(object));
    case 'PUT': {
      const { dryRun } = parseWriteQuery(request.query, 'UpdateOptions');
      const body = readObject(request, {
        kind: 'Scale',
        group: 'autoscaling',
        version: 'v1',
        type: SCALE,
        registry: options.api.kinds,
      });
      placeInNamespace(kind, path, body);
      checkName(path, body);
      return json(200, writeScale(options, { kind, object, body, dryRun }));
    }
    case 'PATCH': {
      const { dryRun } = parseWriteQuery(request.query, 'PatchOptions');
      const body = patchedObject(scaleOf(object), request, SCALE);
      placeInNamespace(kind, path, body);
      checkName(path, body);
      return json(200, writeScale(options, { kind, object, body, dryRun }));
    }
    default:
      throw ApiError.methodNotAllowed();
  }
}

function readScaled({ api }: ApiHandlerOptions, { kind, path, request }: KindRequest): KubeObject {
  if (!['GET', 'PUT', 'PATCH'].includes(request.method)) throw ApiError.methodNotAllowed();
  return api.read(kind.resource, keyOfPath(path));
}

interface ScaleWrite {
  readonly kind: Kind;
  readonly object: KubeObject;
  readonly body: JsonObject;
  readonly dryRun: boolean;
}

/** @see Source: kubernetes `pkg/registry/apps/deployment/storage/storage.go`, `ScaleREST.Update`. */
function writeScale({ api }: ApiHandlerOptions, write: ScaleWrite): Scale {
  const { kind, object, body, dryRun } = write;
  const scale = decodedScale(body);
  const replicas = valueAt(scale, ['spec', 'replicas']);
  const count = typeof replicas === 'number' ? replicas : 0;
  const faults = negativeValue('spec.replicas', count);
  const { name } = object.metadata;
  if (faults.length > 0)
    throw ApiError.invalid({ group: 'autoscaling', kind: 'Scale' }, name, faults);
  const metadata = { ...object.metadata };
  for (const field of ['uid', 'resourceVersion'] as const) {
    const given = textOf(valueAt(scale, ['metadata', field]));
    if (given === '') Reflect.deleteProperty(metadata, field);
    else metadata[field] = given;
  }
  const spec = valueAt(object, ['spec']);
  const changed = {
    ...object,
    metadata,
    spec: { ...(isJsonObject(spec) ? spec : {}), replicas: count },
  };
  const written: KubeObject = api.updateFrom(kind.resource, changed, { dryRun });
  return scaleOf(written);
}

function decodedScale(body: JsonObject): JsonObject {
  try {
    return decode(SCALE, body);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw ApiError.badRequest(
      `Scale in version "v1" cannot be handled as a Scale: ${error.message}`,
    );
  }
}

function scaleOf(object: KubeObject): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(object, ['spec', 'replicas']);
  const present = valueAt(object, ['status', 'replicas']);
  const selector = valueAt(object, ['spec', 'selector']);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      creationTimestamp: creationTimestamp ?? kubeTime(0),
    },
    spec: typeof replicas === 'number' && replicas !== 0 ? { replicas } : {},
    status: {
      replicas: typeof present === 'number' ? present : 0,
      ...(isJsonObject(selector) ? { selector: formatSelector(selector) } : {}),
    },
  };
}
