/** OpenAPI documents, made from the types that decoding uses. */
import type { Kind } from '../kinds/kind.js';
import type { KindRegistry } from '../kinds/registry.js';
import type { Field, ScalarKind, StructType, Type } from '../schema/types.js';
import { json } from './messages.js';
import type { PlainResponse } from './messages.js';

/** Answers `/openapi/v2`, `/openapi/v3` and below; undefined for any other path. */
export class OpenApi {
  readonly #kinds: KindRegistry;
  readonly #documents = new Map<string, PlainResponse>();

  constructor(kinds: KindRegistry) {
    this.#kinds = kinds;
  }

  answer(path: string): PlainResponse | undefined {
    const known = this.#documents.get(path);
    if (known !== undefined) return known;
    const made = this.#make(path);
    if (made !== undefined) this.#documents.set(path, made);
    return made;
  }

  #make(path: string): PlainResponse | undefined {
    if (path === '/openapi/v2') return json(200, documentV2(this.#kinds.all));
    if (path === '/openapi/v3') return json(200, index(this.#kinds.all));
    const prefix = '/openapi/v3/';
    if (!path.startsWith(prefix)) return undefined;
    const wanted = path.slice(prefix.length);
    const kinds = this.#kinds.all.filter((kind) => rootOf(kind) === wanted);
    return kinds.length === 0 ? undefined : json(200, documentV3(kinds));
  }
}

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
    paths: Object.fromEntries(kinds.flatMap((kind) => paths(kind, '#/components/schemas/'))),
    components: { schemas: definitions(kinds, '#/components/schemas/') },
  };
}

function documentV2(kinds: readonly Kind[]): unknown {
  return {
    swagger: '2.0',
    info: INFO,
    paths: Object.fromEntries(kinds.flatMap((kind) => paths(kind, '#/definitions/'))),
    definitions: definitions(kinds, '#/definitions/'),
  };
}

/** Query parameters by which kubectl learns that the server validates fields and runs dry. */
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));

const METHODS: Readonly<Record<string, string>> = {
  get: 'get',
  post: 'post',
  put: 'put',
  patch: 'patch',
  delete: 'delete',
};

function paths(kind: Kind, refPrefix: string): readonly (readonly [string, unknown])[] {
  const { namespaced, plural } = kind.resource;
  const root = `/${rootOf(kind)}`;
  const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const item = `${collection}/{name}`;
  return [
    ...(namespaced ? [[`${root}/${plural}`, operations(kind, ['get'], refPrefix)] as const] : []),
    [collection, operations(kind, ['get', 'post', 'delete'], refPrefix)],
    [item, operations(kind, ['get', 'put', 'patch', 'delete'], refPrefix)],
    ...(kind.hasStatus
      ? [[`${item}/status`, operations(kind, ['get', 'put', 'patch'], refPrefix)] as const]
      : []),
  ];
}

function operations(kind: Kind, methods: readonly string[], refPrefix: string): unknown {
  const { group, version, kind: name } = kind.resource;
  return Object.fromEntries(
    methods.map((method) => [
      METHODS[method] ?? method,
      {
        ...(method === 'get' ? {} : { parameters: WRITE_PARAMETERS }),
        responses: {
          200: {
            description: 'OK',
            content: {
              'application/json': { schema: { $ref: `${refPrefix}${kind.type.name}` } },
            },
          },
        },
        'x-kubernetes-group-version-kind': { group, version, kind: name },
      },
    ]),
  );
}

/** Every struct type that the kinds lead to, by name. */
function definitions(kinds: readonly Kind[], refPrefix: string): Record<string, unknown> {
  const found = new Map<string, unknown>();
  for (const kind of kinds) {
    collect(kind.type, refPrefix, found);
    const { group, version, kind: name } = kind.resource;
    const plain = found.get(kind.type.name);
    found.set(kind.type.name, {
      ...(typeof plain === 'object' ? plain : {}),
      'x-kubernetes-group-version-kind': [{ group, version, kind: name }],
    });
  }
  return Object.fromEntries(found);
}

function collect(type: Type, refPrefix: string, found: Map<string, unknown>): void {
  if (type.kind === 'list') collect(type.items, refPrefix, found);
  else if (type.kind === 'map') collect(type.values, refPrefix, found);
  else if (type.kind === 'struct' && !found.has(type.name)) {
    found.set(type.name, definition(type, refPrefix));
    for (const { type: child } of Object.values(type.fields)) collect(child, refPrefix, found);
  }
}

function definition(type: StructType, refPrefix: string): unknown {
  const required = Object.entries(type.fields)
    .filter(([, { presence }]) => presence === 'required')
    .map(([name]) => name);
  return {
    type: 'object',
    ...(type.description === undefined ? {} : { description: type.description }),
    properties: Object.fromEntries(
      Object.entries(type.fields).map(([name, field]) => [name, property(field, refPrefix)]),
    ),
    ...(required.length === 0 ? {} : { required }),
    ...(type.isAtomic === true ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

function property(field: Field, refPrefix: string): unknown {
  const { type, description, patchStrategy } = field;
  const about = description === undefined ? {} : { description };
  if (type.kind === 'struct') {
    return {
      ...about,
      allOf: [{ $ref: `${refPrefix}${type.name}` }],
      ...(patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': patchStrategy }),
    };
  }
  return { ...about, ...schema(type, refPrefix), ...listExtensions(field) };
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

function schema(type: Type, refPrefix: string): object {
  switch (type.kind) {
    case 'list':
      return { type: 'array', items: itemSchema(type.items, refPrefix) };
    case 'map':
      return { type: 'object', additionalProperties: itemSchema(type.values, refPrefix) };
    case 'struct':
      return { $ref: `${refPrefix}${type.name}` };
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

function itemSchema(type: Type, refPrefix: string): object {
  return type.kind === 'struct' ? { $ref: `${refPrefix}${type.name}` } : schema(type, refPrefix);
}
