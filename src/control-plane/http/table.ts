/** Tables, as `kubectl get` asks for. */
import type { KubeObject } from '../../core/objects.js';
import type { Encoding, ListMeta } from './encode.js';

/** The `meta.k8s.io/v1` Table of some objects. */
export function tableBody(
  objects: readonly KubeObject[],
  encoding: Encoding,
  meta: ListMeta,
): unknown {
  const { kind, nowMs, includeObject, hasNoColumns = false } = encoding;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: meta,
    columnDefinitions: hasNoColumns
      ? null
      : kind.columns.map(({ name, type, format, description, priority }) => ({
          name,
          type,
          format: format ?? '',
          description,
          priority,
        })),
    rows: objects.map((object) => ({
      cells: kind.columns.map((column) => column.cell(object, nowMs)),
      ...rowObject(object, includeObject),
    })),
  };
}

function rowObject(object: KubeObject, include: Encoding['includeObject']): object {
  if (include === 'None') return {};
  if (include === 'Object') return { object };
  const { metadata } = object;
  return {
    object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
  };
}
