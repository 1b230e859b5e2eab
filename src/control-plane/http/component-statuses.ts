/** `componentstatuses`: whether the parts of the control plane are healthy. Deprecated, never stored. */
import type { KubeObject } from '../../core/objects.js';
import { ApiError } from '../api-error.js';
import { NAME_COLUMN, column } from '../kinds/columns/common-columns.js';
import type { Kind } from '../kinds/kind.js';
import type { Resource } from '../resources.js';
import { objectType } from '../schema/meta-types.js';
import { STRING, list, optional, required, struct } from '../schema/types.js';
import { encodingFor, unknownResource } from './context.js';
import type { ApiHandlerOptions } from './context.js';
import { encodeObject } from './encode.js';
import { parseListOptions } from './list-options.js';
import { json, jsonText } from './messages.js';
import type { ApiRequest, PlainResponse } from './messages.js';
import type { ResourcePath } from './resource-path.js';
import { tableBody } from './table.js';

/** One component and how it is. */
interface ComponentStatus extends KubeObject {
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly message: string;
  }[];
}

/** Component statuses; no other version has them. */
export const COMPONENT_STATUSES: Resource<ComponentStatus> = {
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  namespaced: false,
};

/** @see Source: kubernetes `pkg/printers/internalversion/printers.go`, `printComponentStatus`. */
const KIND: Kind<ComponentStatus> = {
  resource: COMPONENT_STATUSES,
  singular: 'componentstatus',
  shortNames: ['cs'],
  categories: [],
  type: objectType('io.k8s.api.core.v1.ComponentStatus', {
    conditions: optional(
      list(
        struct('io.k8s.api.core.v1.ComponentCondition', {
          type: required(STRING),
          status: required(STRING),
          message: optional(STRING),
          error: optional(STRING),
        }),
        { mergeKey: 'type', applyKeys: ['type'] },
      ),
    ),
  }),
  nameRule: 'subdomain',
  hasStatus: false,
  columns: [
    NAME_COLUMN,
    column('Status', 'Status of the component conditions', () => 'Healthy'),
    column(
      'Message',
      'Message of the component conditions',
      ({ conditions }) => conditions[0]?.message ?? '',
    ),
    column('Error', 'Error of the component conditions', () => ''),
  ],
};

/** What every request about them is warned of. */
const WARNING = 'v1 ComponentStatus is deprecated in v1.19+';

/** All of them run in this process: one that answers is healthy. The store stands for etcd. */
const STATUSES: readonly ComponentStatus[] = ['scheduler', 'controller-manager', 'etcd-0'].map(
  (name) => ({
    apiVersion: 'v1',
    kind: 'ComponentStatus',
    metadata: { name },
    conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  }),
);

/** Whether a path names component statuses. */
export function isComponentStatuses({ group, version, plural }: ResourcePath): boolean {
  return (
    group === '' && version === COMPONENT_STATUSES.version && plural === COMPONENT_STATUSES.plural
  );
}

/** Answers requests about component statuses. @throws {ApiError} 404 and 405. */
export function answerComponentStatuses(
  options: ApiHandlerOptions,
  path: ResourcePath,
  { request, warnings }: { readonly request: ApiRequest; readonly warnings: string[] },
): PlainResponse {
  const { name, namespace, subresource } = path;
  if (namespace !== undefined || subresource !== undefined) throw unknownResource();
  if (request.method !== 'GET') throw ApiError.methodNotAllowed();
  warnings.push(WARNING);
  const kind = untyped(KIND);
  const encoding = encodingFor(options, kind, request);
  if (name !== undefined) {
    const found = STATUSES.find(({ metadata }) => metadata.name === name);
    if (found === undefined) {
      throw ApiError.notFound({ group: '', plural: KIND.singular }, name);
    }
    return jsonText(200, encodeObject(found, encoding));
  }
  const { matches } = parseListOptions(kind, request.query);
  const items = STATUSES.filter((status) => matches?.(status) !== false);
  if (encoding.representation === 'table') {
    return json(200, { ...tableOf(items, encoding), metadata: {} });
  }
  const isMetadata = encoding.representation === 'metadata';
  return json(200, {
    kind: isMetadata ? 'PartialObjectMetadataList' : 'ComponentStatusList',
    apiVersion: isMetadata ? 'meta.k8s.io/v1' : 'v1',
    metadata: {},
    items: items.map(({ metadata, conditions }) =>
      isMetadata
        ? { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
        : { metadata, conditions },
    ),
  });
}

function tableOf(
  items: readonly ComponentStatus[],
  encoding: Parameters<typeof tableBody>[1],
): object {
  const body = tableBody(items, encoding, { resourceVersion: '' });
  return typeof body === 'object' && body !== null ? body : {};
}

/** It is only ever given statuses. */
function untyped<T extends KubeObject>(kind: Kind<T>): Kind {
  const given: unknown = kind;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its objects are made here
  return given as Kind;
}
