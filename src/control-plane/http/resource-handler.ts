/** Requests about collections and single objects. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import type { Status } from '../api-error.js';
import type { DecodingOptions } from '../api-machinery/machinery-options.js';
import type { DeleteOptions, ListResult, Selection } from '../api.js';
import type { Kind } from '../kinds/kind.js';
import { expectedType, mediaType, readObject } from './body.js';
import { isApply } from './apply-body.js';
import { applyObject } from './apply-handler.js';
import { encodingFor } from './context.js';
import type { ApiHandlerOptions } from './context.js';
import { decodeContinue, encodeContinue } from './continue-token.js';
import { encodeList, encodeListBytes, encodeObject } from './encode.js';
import type { ListMeta } from './encode.js';
import { parseListOptions } from './list-options.js';
import type { ListOptions } from './list-options.js';
import { json, jsonBytes, jsonText } from './messages.js';
import { checkName, keyOfPath, placeInNamespace } from './named-object.js';
import type { ApiResponse } from './messages.js';
import { patchedObject } from './patch.js';
import { checkPatched } from './patched-object.js';
import type { KindRequest } from './kind-request.js';
import { shownAs } from './shown-object.js';
import { watchStream } from './watch-stream.js';
import { yamlDuplicates } from './yaml-text.js';
import { FieldReport, managerOf, parseDeleteOptions, parseWriteQuery } from './write-options.js';
import type { FieldValidation } from './write-options.js';

/** Answers `/namespaces/NS/PLURAL`. @throws {ApiError} as the API refuses. */
export function handleCollection(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { kind, path, request } = target;
  const isWhole = kind.resource.namespaced === (path.namespace !== undefined);
  switch (request.method) {
    case 'GET':
      return listOrWatch(options, target);
    case 'POST':
      if (!isWhole) throw ApiError.methodNotAllowed();
      return create(options, target);
    case 'DELETE':
      if (!isWhole || kind.resource.plural === 'namespaces') throw ApiError.methodNotAllowed();
      return deleteCollection(options, target);
    default:
      throw ApiError.methodNotAllowed();
  }
}

/** Answers `/namespaces/NS/PLURAL/NAME`. @throws {ApiError} as the API refuses. */
export function handleObject(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  switch (target.request.method) {
    case 'GET':
      return read(options, target);
    case 'PUT':
      return replace(options, target, undefined);
    case 'PATCH':
      return patch(options, target, undefined);
    case 'DELETE':
      return remove(options, target);
    default:
      throw ApiError.methodNotAllowed();
  }
}

/** Answers `.../NAME/status`. @throws {ApiError} as the API refuses. */
export function handleStatus(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  switch (target.request.method) {
    case 'GET':
      return read(options, target);
    case 'PUT':
      return replace(options, target, 'status');
    case 'PATCH':
      return patch(options, target, 'status');
    default:
      throw ApiError.methodNotAllowed();
  }
}

function read(options: ApiHandlerOptions, { kind, path, request }: KindRequest): ApiResponse {
  const encoding = encodingFor(options, kind, request);
  const version = Number(request.query.get('resourceVersion') ?? '');
  if (version > options.api.version) throw tooLargeVersion(version, options.api.version);
  const object: KubeObject = options.api.read(kind.resource, keyOfPath(path));
  return jsonText(200, encodeObject(object, encoding));
}

function listOrWatch(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { kind, path, request } = target;
  const encoding = encodingFor(options, kind, request);
  const listOptions = parseListOptions(kind, request.query);
  const selection: Selection = {
    ...(path.namespace === undefined ? {} : { namespace: path.namespace }),
    ...(listOptions.matches === undefined ? {} : { matches: listOptions.matches }),
  };
  if (listOptions.isWatch) {
    const { api, clock } = options;
    return watchStream({ api, clock, options: listOptions, selection, encoding });
  }
  const { items, meta } = page(listPage(options, kind, { selection, listOptions }), listOptions);
  return request.takesBytes === true
    ? jsonBytes(200, encodeListBytes(items, encoding, meta))
    : jsonText(200, encodeList(items, encoding, meta));
}

interface ListQuery {
  readonly selection: Selection;
  readonly listOptions: ListOptions;
}

/**
 * What to list, at which version.
 *
 * @see Source: kubernetes `apiserver/pkg/storage/etcd3/store.go`, `GetList`.
 */
function listPage(
  { api }: ApiHandlerOptions,
  kind: Kind,
  { selection, listOptions }: ListQuery,
): ListResult<KubeObject> & { readonly after?: string } {
  const { resourceVersion, resourceVersionMatch, continueToken, limit } = listOptions;
  if (!/^\d*$/.test(resourceVersion)) {
    throw ApiError.badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
    );
  }
  if (continueToken !== '') {
    if (resourceVersion !== '' && resourceVersion !== '0') {
      throw ApiError.badRequest('specifying resource version is not allowed when using continue');
    }
    const { version, after } = decodeContinue(continueToken);
    // such a token comes with a 410: it goes on with things as they now are
    if (version < 0) return { ...api.list(kind.resource, selection), after };
    const fresh = encodeContinue({ version: -1, after });
    const expired = { message: CONTINUE_EXPIRED, continueToken: fresh };
    return { ...listAt({ api }, kind, { version, selection, expired }), after };
  }
  const version = Number(resourceVersion);
  if (version > api.version) throw tooLargeVersion(version, api.version);
  const isExact = resourceVersionMatch === 'Exact' || (limit > 0 && resourceVersionMatch === '');
  if (version > 0 && isExact) {
    return listAt({ api }, kind, { version, selection, expired: { message: EXACT_EXPIRED } });
  }
  return api.list(kind.resource, selection);
}

const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
const EXACT_EXPIRED = 'The resourceVersion for the provided list is too old.';

function listAt(
  { api }: Pick<ApiHandlerOptions, 'api'>,
  kind: Kind,
  query: {
    readonly version: number;
    readonly selection: Selection;
    readonly expired: { readonly message: string; readonly continueToken?: string };
  },
): ListResult<KubeObject> {
  try {
    return api.listAt(kind.resource, query.version, query.selection);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 410) throw error;
    const { message, continueToken } = query.expired;
    throw new ApiError({
      message,
      reason: 'Expired',
      code: 410,
      ...(continueToken === undefined ? {} : { metadata: { continue: continueToken } }),
    });
  }
}

function tooLargeVersion(version: number, current: number): ApiError {
  return new ApiError({
    message: `Timeout: Too large resource version: ${version}, current: ${current}`,
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    code: 504,
  });
}

function page(
  list: ListResult<KubeObject> & { readonly after?: string },
  { limit, matches, resourceVersion, continueToken }: ListOptions,
): { readonly items: readonly KubeObject[]; readonly meta: ListMeta } {
  const { after } = list;
  const rest = after === undefined ? list.items : list.items.filter((item) => place(item) > after);
  const meta = { resourceVersion: list.resourceVersion };
  // a continued list with resourceVersion=0 is served whole, as upstream's watch cache does
  const isWhole = resourceVersion === '0' && continueToken !== '';
  const last = limit > 0 && !isWhole && rest.length > limit ? rest[limit - 1] : undefined;
  if (last === undefined) return { items: rest, meta };
  const token = encodeContinue({ version: Number(list.resourceVersion), after: place(last) });
  return {
    items: rest.slice(0, limit),
    meta: {
      ...meta,
      continue: token,
      ...(matches === undefined ? { remainingItemCount: rest.length - limit } : {}),
    },
  };
}

function place({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function create(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { kind, path, request } = target;
  const { api } = options;
  const encoding = encodingFor(options, kind, request);
  const query = parseWriteQuery(request.query, 'CreateOptions');
  const body = readObject(request, {
    ...expectedType(kind),
    registry: api.kinds,
  });
  placeInNamespace(kind, path, body);
  const created = api.createFrom(kind.resource, body, {
    dryRun: query.dryRun,
    fieldManager: managerOf(request, query),
    ...fieldChecks(target, query.fieldValidation),
  });
  return jsonText(201, encodeObject(created, encoding));
}

/** Whether PUT or PATCH writes the object or its status. */
type WrittenPart = 'status' | undefined;

function replace(
  options: ApiHandlerOptions,
  target: KindRequest,
  subresource: WrittenPart,
): ApiResponse {
  const { kind, path, request } = target;
  const { api } = options;
  const encoding = encodingFor(options, kind, request);
  const query = parseWriteQuery(request.query, 'UpdateOptions');
  const body = readObject(request, {
    ...expectedType(kind),
    registry: api.kinds,
  });
  placeInNamespace(kind, path, body);
  checkName(path, body);
  const isThere = api.get(kind.resource, keyOfPath(path)) !== undefined;
  const written = api.updateFrom(kind.resource, body, {
    dryRun: query.dryRun,
    fieldManager: managerOf(request, query),
    ...fieldChecks(target, query.fieldValidation),
    ...(subresource === undefined ? {} : { subresource }),
  });
  return jsonText(isThere ? 200 : 201, encodeObject(written, encoding));
}

function patch(
  options: ApiHandlerOptions,
  target: KindRequest,
  subresource: WrittenPart,
): ApiResponse {
  const { kind, path, request } = target;
  if (isApply(request)) return applyObject(options, target, subresource);
  const { api } = options;
  const encoding = encodingFor(options, kind, request);
  const query = parseWriteQuery(request.query, 'PatchOptions');
  const current = shownAs(kind, api.read(kind.resource, keyOfPath(path)));
  const patched = patchedObject(current, request, kind.type);
  const { fieldValidation: validation } = query;
  checkPatched(target, { current, patched, validation, registry: api.kinds });
  placeInNamespace(kind, path, patched);
  checkName(path, patched);
  const written = api.updateFrom(kind.resource, patched, {
    dryRun: query.dryRun,
    fieldManager: managerOf(request, query),
    isPatch: true,
    onWarning: (text) => target.warnings.push(text),
    ...(subresource === undefined ? {} : { subresource }),
  });
  return jsonText(200, encodeObject(written, encoding));
}

function remove(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { kind, path, request } = target;
  const encoding = encodingFor(options, kind, request);
  const deleteOptions = parseDeleteOptions(request);
  warnOfDependents(target, deleteOptions);
  const { object, isGone } = options.api.remove(kind.resource, keyOfPath(path), deleteOptions);
  if (!isGone || kind.isReturnedByDelete === true) {
    return jsonText(200, encodeObject(object, encoding));
  }
  return json(200, deletedStatus(kind, object));
}

function warnOfDependents({ kind, warnings }: KindRequest, options: DeleteOptions): void {
  if (kind.deletionWarning === undefined || options.propagationPolicy !== undefined) return;
  warnings.push(kind.deletionWarning);
}

function deletedStatus(kind: Kind, { metadata }: KubeObject): Status {
  const { group, plural } = kind.resource;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name,
      ...(group === '' ? {} : { group }),
      kind: plural,
      ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
    },
  };
}

function deleteCollection(options: ApiHandlerOptions, target: KindRequest): ApiResponse {
  const { kind, path, request } = target;
  const encoding = encodingFor(options, kind, request);
  const deleteOptions = parseDeleteOptions(request);
  warnOfDependents(target, deleteOptions);
  const listOptions = parseListOptions(kind, request.query);
  const selection: Selection = {
    ...(path.namespace === undefined ? {} : { namespace: path.namespace }),
    ...(listOptions.matches === undefined ? {} : { matches: listOptions.matches }),
  };
  const { items, meta } = page(listPage(options, kind, { selection, listOptions }), listOptions);
  for (const { metadata } of items) {
    const key = { namespace: metadata.namespace ?? '', name: metadata.name };
    options.api.remove(kind.resource, key, deleteOptions);
  }
  return jsonText(200, encodeList(items, encoding, meta));
}

/** What is done about fields that the kind does not have or that are given twice. */
function fieldChecks(
  { kind, request, warnings }: KindRequest,
  validation: FieldValidation,
): Pick<DecodingOptions, 'report' | 'onDecoded' | 'onWarning'> {
  const type = mediaType(request.contentType);
  const isJson = ['', 'application/json'].includes(type);
  const duplicates =
    type === 'application/yaml' && validation !== 'Ignore'
      ? yamlDuplicates(request.body)
      : undefined;
  const known = duplicates === undefined ? [] : [duplicates];
  const report = new FieldReport(validation, isJson ? request.body : undefined, known);
  const { kind: name, version } = kind.resource;
  return {
    report,
    onDecoded() {
      warnings.push(...report.warnings);
      const { refusal } = report;
      if (refusal === undefined) return;
      throw ApiError.badRequest(
        `${name} in version ${JSON.stringify(version)} cannot be handled as a ${name}: ${refusal}`,
      );
    },
    onWarning: (text) => warnings.push(text),
  };
}
