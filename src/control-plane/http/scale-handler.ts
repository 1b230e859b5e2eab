/** The scale subresource: how many replicas an object has and is to have. */
import { kubeTime } from '../../core/kube-time.js';
import type { KubeObject, Scale } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { ManagedFields } from '../api-machinery/field-ownership.js';
import { negativeValue } from '../field-error.js';
import { AGE_COLUMN, NAME_COLUMN, integerColumn } from '../kinds/columns/common-columns.js';
import type { Kind } from '../kinds/kind.js';
import { formatSelector } from '../kinds/selectors.js';
import { DecodeError, decode } from '../schema/decode.js';
import { isJsonObject, textOf, valueAt } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { SCALE } from '../schema/meta-types.js';
import { appliedBody, isApply, refuseOtherType } from './apply-body.js';
import { readObject } from './body.js';
import { encodingFor } from './context.js';
import type { ApiHandlerOptions } from './context.js';
import { encodeObject } from './encode.js';
import type { KindRequest } from './kind-request.js';
import { json, jsonText } from './messages.js';
import type { ApiRequest, ApiResponse } from './messages.js';
import { checkName, keyOfPath, placeInNamespace } from './named-object.js';
import { patchedObject } from './patch.js';
import { managerOf, parseWriteQuery } from './write-options.js';
import type { WriteQuery } from './write-options.js';

/** What the body of a scale must be. */
const SCALE_KIND = { kind: 'Scale', group: 'autoscaling', version: 'v1', type: SCALE } as const;

/** Answers `.../NAME/scale`. @throws {ApiError} as the API refuses. */
export function handleScale(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { kind, path, request } = target;
  const object: KubeObject = readScaled(options, target);
  const write = (body: JsonObject, query: WriteQuery): ApiResponse => {
    placeInNamespace(kind, path, body);
    checkName(path, body);
    const { dryRun } = query;
    const fieldManager = managerOf(request, query);
    return json(200, writeScale(options, { kind, object, body, dryRun, fieldManager }));
  };
  switch (request.method) {
    case 'GET':
      return shownScale(options, scaleOf(object), request);
    case 'PUT': {
      const query = parseWriteQuery(request.query, 'UpdateOptions');
      return write(readObject(request, { ...SCALE_KIND, registry: options.api.kinds }), query);
    }
    case 'PATCH': {
      if (isApply(request)) return applyScale(options, target, object);
      const query = parseWriteQuery(request.query, 'PatchOptions');
      return write(patchedObject(scaleOf(object), request, SCALE), query);
    }
    default:
      throw ApiError.methodNotAllowed();
  }
}

/** @see Source: kubernetes `pkg/printers/internalversion/printers.go`, `printScale`. */
const SCALE_TABLE: Kind<Scale> = {
  resource: {
    group: 'autoscaling',
    version: 'v1',
    kind: 'Scale',
    plural: 'scales',
    namespaced: true,
  },
  singular: 'scale',
  shortNames: [],
  categories: [],
  type: SCALE,
  nameRule: 'subdomain',
  hasStatus: false,
  columns: [
    NAME_COLUMN,
    integerColumn(
      'Desired',
      'replicas is the desired number of instances for the scaled object.',
      ({ spec }) => spec.replicas ?? 0,
    ),
    integerColumn(
      'Available',
      'replicas is the actual number of observed instances of the scaled object.',
      ({ status }) => status?.replicas ?? 0,
    ),
    AGE_COLUMN,
  ],
};

function shownScale(options: ApiHandlerOptions, scale: Scale, request: ApiRequest): ApiResponse {
  const untyped: unknown = SCALE_TABLE;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is only ever given scales
  const encoding = encodingFor(options, untyped as Kind, request);
  return jsonText(200, encodeObject(scale, encoding));
}

function readScaled({ api }: ApiHandlerOptions, { kind, path, request }: KindRequest): KubeObject {
  if (!['GET', 'PUT', 'PATCH'].includes(request.method)) throw ApiError.methodNotAllowed();
  return api.read(kind.resource, keyOfPath(path));
}

function applyScale(
  options: ApiHandlerOptions,
  { kind, path, request }: KindRequest,
  object: KubeObject,
): ApiResponse {
  const { dryRun, fieldManager, isForced, fieldValidation } = parseWriteQuery(
    request.query,
    'ApplyOptions',
  );
  const { applied, duplicates } = appliedBody(request);
  refuseOtherType(applied, SCALE_KIND);
  const present: unknown = scaleOf(object);
  const result = options.api.applyToScale(
    { kind, object, scale: isJsonObject(present) ? present : {} },
    { applied, fieldManager, isForced },
  );
  duplicates.judge(fieldValidation);
  const body = { ...result.object };
  placeInNamespace(kind, path, body);
  checkName(path, body);
  const { managedFields } = result;
  const write = { kind, object, body, dryRun, fieldManager, owners: { managedFields } };
  return json(200, writeScale(options, write));
}

interface ScaleWrite {
  readonly kind: Kind;
  readonly object: KubeObject;
  readonly body: JsonObject;
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /** Present: what an apply made of the owners of fields. */
  readonly owners?: { readonly managedFields: ManagedFields };
}

/** @see Source: kubernetes `pkg/registry/apps/deployment/storage/storage.go`, `ScaleREST.Update`. */
function writeScale({ api }: ApiHandlerOptions, write: ScaleWrite): Scale {
  const { kind, object, body, dryRun, fieldManager, owners } = write;
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
  const written: KubeObject = api.updateFrom(kind.resource, changed, {
    subresource: 'scale',
    dryRun,
    fieldManager,
    ...(owners === undefined ? {} : { owners }),
  });
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
