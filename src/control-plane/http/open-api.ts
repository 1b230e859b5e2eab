/** OpenAPI documents, made from the types that decoding uses. */
import type { Kind } from '../kinds/kind.js';
import type { KindRegistry } from '../kinds/registry.js';
import { OPEN_API_V2_MEDIA_TYPE, writeOpenApiV2 } from '../protobuf/open-api-v2.js';
import { isDemanded, noteOn } from '../schema/field-notes.js';
import type { Field, ScalarKind, StructType, Type } from '../schema/types.js';
import { json } from './messages.js';
import type { PlainResponse } from './messages.js';
import { mediaRanges } from './representation.js';

/** Answers `/openapi/v2`, `/openapi/v3` and below; undefined for any other path. */
export class OpenApi {
  readonly #kinds: KindRegistry;
  readonly #documents = new Map<string, PlainResponse>();

  constructor(kinds: KindRegistry) {
    this.#kinds = kinds;
  }

  answer(path: string, accept: string | undefined): PlainResponse | undefined {
    const form = path === V2_PATH && isProtobufFirst(accept) ? 'protobuf' : 'json';
    const key = `${form} ${path}`;
    const known = this.#documents.get(key);
    if (known !== undefined) return known;
    const made = form === 'protobuf' ? protobufV2(this.#kinds.all) : this.#make(path);
    if (made !== undefined) this.#documents.set(key, made);
    return made;
  }

  #make(path: string): PlainResponse | undefined {
    if (path === V2_PATH) return json(200, documentV2(this.#kinds.all));
    if (path === '/openapi/v3') return json(200, index(this.#kinds.all));
    const prefix = '/openapi/v3/';
    if (!path.startsWith(prefix)) return undefined;
    const wanted = path.slice(prefix.length);
    const kinds = this.#kinds.all.filter((kind) => rootOf(kind) === wanted);
    return kinds.length === 0 ? undefined : json(200, documentV3(kinds));
  }
}

const V2_PATH = '/openapi/v2';

/** Clients have two spellings of its media type, and kubectl sends both, with `@` first. */
function isProtobufFirst(accept: string | undefined): boolean {
  const first = mediaRanges(accept)
    .map(({ type }) => type.replace('@', '.'))
    .find((type) => [OPEN_API_V2_MEDIA_TYPE, 'application/json', '*/*'].includes(type));
  return first === OPEN_API_V2_MEDIA_TYPE;
}

function protobufV2(kinds: readonly Kind[]): PlainResponse {
  return {
    kind: 'plain',
    status: 200,
    contentType: OPEN_API_V2_MEDIA_TYPE,
    body: '',
    bytes: writeOpenApiV2(documentV2(kinds)),
  };
}

/** How the two versions of OpenAPI differ in what is told here. */
interface Dialect {
  readonly version: 2 | 3;
  readonly refPrefix: string;
}

const V2: Dialect = { version: 2, refPrefix: '#/definitions/' };
const V3: Dialect = { version: 3, refPrefix: '#/components/schemas/' };

const INFO = { title: 'Kubernetes', version: 'v1.36.0' } as const;

/** `api/v1` or `apis/GROUP/VERSION`. */
function rootOf({ resource: { group, version } }: Kind): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function index(kinds: readonly Kind[]): unknown {
  const roots = [...new Set(kinds.map((kind) => rootOf(kind)))];
  return {
    paths: Object.fromEntries(
      roots.map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}` }]),
    ),
  };
}

function documentV3(kinds: readonly Kind[]): unknown {
  return {
    openapi: '3.0.0',
    info: INFO,
    paths: Object.fromEntries(kinds.flatMap((kind) => paths(kind, V3))),
    components: { schemas: definitions(kinds, V3) },
  };
}

function documentV2(kinds: readonly Kind[]): unknown {
  return {
    swagger: '2.0',
    info: INFO,
    paths: Object.fromEntries(kinds.flatMap((kind) => paths(kind, V2))),
    definitions: definitions(kinds, V2),
  };
}

/** Query parameters by which kubectl learns that the server validates fields and runs dry. */
function writeParameters({ version }: Dialect): readonly object[] {
  const type = { type: 'string', uniqueItems: true };
  const form = version === 2 ? type : { schema: type };
  return ['dryRun', 'fieldManager', 'fieldValidation'].map((name) =>
    Object.assign({ name, in: 'query' }, form),
  );
}

const METHODS: Readonly<Record<string, string>> = {
  get: 'get',
  post: 'post',
  put: 'put',
  patch: 'patch',
  delete: 'delete',
};

function paths(kind: Kind, dialect: Dialect): readonly (readonly [string, unknown])[] {
  const { namespaced, plural } = kind.resource;
  const root = `/${rootOf(kind)}`;
  const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const item = `${collection}/{name}`;
  return [
    ...(namespaced ? [[`${root}/${plural}`, operations(kind, ['get'], dialect)] as const] : []),
    [collection, operations(kind, ['get', 'post', 'delete'], dialect)],
    [item, operations(kind, ['get', 'put', 'patch', 'delete'], dialect)],
    ...(kind.hasStatus
      ? [[`${item}/status`, operations(kind, ['get', 'put', 'patch'], dialect)] as const]
      : []),
  ];
}

function operations(kind: Kind, methods: readonly string[], dialect: Dialect): unknown {
  const { group, version, kind: name } = kind.resource;
  const whole = { schema: { $ref: `${dialect.refPrefix}${kind.type.name}` } };
  const content = dialect.version === 2 ? whole : { content: { 'application/json': whole } };
  return Object.fromEntries(
    methods.map((method) => [
      METHODS[method] ?? method,
      {
        ...(method === 'get' ? {} : { parameters: writeParameters(dialect) }),
        responses: {
          200: { description: 'OK', ...content },
        },
        'x-kubernetes-group-version-kind': { group, version, kind: name },
      },
    ]),
  );
}

/** Every struct type that the kinds lead to, by name. */
function definitions(kinds: readonly Kind[], dialect: Dialect): Record<string, unknown> {
  const found = new Map<string, unknown>();
  for (const kind of kinds) {
    collect(kind.type, dialect, found);
    const { group, version, kind: name } = kind.resource;
    const plain = found.get(kind.type.name);
    found.set(kind.type.name, {
      ...(typeof plain === 'object' ? plain : {}),
      'x-kubernetes-group-version-kind': [{ group, version, kind: name }],
    });
  }
  return Object.fromEntries(found);
}

function collect(type: Type, dialect: Dialect, found: Map<string, unknown>): void {
  const named = dialect.version === 3 ? NAMED_SCALARS[type.kind] : undefined;
  if (named !== undefined) found.set(named.name, named.definition);
  else if (type.kind === 'list') collect(type.items, dialect, found);
  else if (type.kind === 'map') collect(type.values, dialect, found);
  else if (type.kind === 'struct' && !found.has(type.name)) {
    found.set(type.name, definition(type, dialect));
    for (const { type: child } of Object.values(type.fields)) collect(child, dialect, found);
  }
}

function definition(type: StructType, dialect: Dialect): unknown {
  const required = Object.entries(type.fields)
    .filter(([name, field]) => isDemanded(type, name, field))
    .map(([name]) => name);
  return {
    type: 'object',
    ...described(type.description ?? noteOn(type)),
    properties: Object.fromEntries(
      Object.entries(type.fields).map(([name, field]) => [
        name,
        { ...described(field.description ?? noteOn(type, name)), ...property(field, dialect) },
      ]),
    ),
    ...(required.length === 0 ? {} : { required }),
    ...(type.isAtomic === true ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

function described(description: string | undefined): object {
  return description === undefined ? {} : { description };
}

function property(field: Field, dialect: Dialect): object {
  const { type, patchStrategy } = field;
  if (type.kind === 'struct') {
    return {
      ...reference(type, dialect),
      ...(patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': patchStrategy }),
    };
  }
  const named = dialect.version === 3 ? NAMED_SCALARS[type.kind] : undefined;
  if (named !== undefined) return reference(named, dialect);
  return { ...schema(type, dialect), ...listExtensions(field) };
}

/** Version 3 lets nothing stand beside a reference, version 2 knows none in `allOf`. */
function reference({ name }: { readonly name: string }, { version, refPrefix }: Dialect): object {
  const plain = { $ref: `${refPrefix}${name}` };
  return version === 2 ? plain : { allOf: [plain] };
}

function listExtensions({ type, patchStrategy }: Field): object {
  if (type.kind !== 'list') return {};
  const { mergeKey, applyKeys } = type;
  const strategies = [
    ...(mergeKey === undefined ? [] : ['merge']),
    ...(patchStrategy === undefined ? [] : [patchStrategy]),
  ];
  return {
    ...(applyKeys === undefined
      ? { 'x-kubernetes-list-type': 'atomic' }
      : applyKeys.length === 0
        ? { 'x-kubernetes-list-type': 'set' }
        : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': applyKeys }),
    ...(strategies.length === 0 ? {} : { 'x-kubernetes-patch-strategy': strategies.join(',') }),
    ...(mergeKey === undefined || mergeKey === ''
      ? {}
      : { 'x-kubernetes-patch-merge-key': mergeKey }),
  };
}

const SCALARS: Readonly<Record<ScalarKind, object>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  quantity: { type: 'string' },
  intOrString: { type: 'string', format: 'int-or-string' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'date-time' },
  bytes: { type: 'string', format: 'byte' },
};

/** Scalars of two JSON types; version 3 has definitions of their own for them, which `explain` names. */
const NAMED_SCALARS: Readonly<
  Record<string, { readonly name: string; readonly definition: object }>
> = {
  quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    definition: {
      description: 'An amount with or without a unit: 200m, 1.5, 512Mi.',
      oneOf: [{ type: 'string' }, { type: 'number' }],
    },
  },
  intOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    definition: {
      description: 'A whole number, or a text such as 25% or the name of a port.',
      format: 'int-or-string',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    },
  },
};

function schema(type: Type, dialect: Dialect): object {
  switch (type.kind) {
    case 'list':
      return { type: 'array', items: itemSchema(type.items, dialect) };
    case 'map':
      return { type: 'object', additionalProperties: itemSchema(type.values, dialect) };
    case 'struct':
      return { $ref: `${dialect.refPrefix}${type.name}` };
    case 'raw':
      return { type: 'object' };
    case 'string':
    case 'boolean':
    case 'int32':
    case 'int64':
    case 'quantity':
    case 'intOrString':
    case 'time':
    case 'microTime':
    case 'bytes':
    default:
      return SCALARS[type.kind];
  }
}

function itemSchema(type: Type, dialect: Dialect): object {
  const named = dialect.version === 3 ? NAMED_SCALARS[type.kind] : undefined;
  return named === undefined
    ? schema(type, dialect)
    : { $ref: `${dialect.refPrefix}${named.name}` };
}
