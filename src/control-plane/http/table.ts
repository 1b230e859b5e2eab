/** Tables, as `kubectl get` asks for. */
import type { KubeObject } from '../../core/objects.js';
import { storedKind } from '../kinds/kind.js';
import type { Encoding, ListMeta } from './encode.js';
import { shownAs } from './shown-object.js';

/** The `meta.k8s.io/v1` Table of some objects. */
export function tableBody(
  objects: readonly KubeObject[],
  encoding: Encoding,
  meta: ListMeta,
): unknown {
  const { nowMs, hasNoColumns = false } = encoding;
  const { columns } = storedKind(encoding.kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: meta,
    columnDefinitions: hasNoColumns
      ? null
      : columns.map(({ name, type, format, description, priority }) => ({
          name,
          type,
          format: format ?? '',
          description,
          priority,
        })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, nowMs)),
      ...rowObject(object, encoding),
    })),
  };
}

/** Metadata alone is that of the stored version, as upstream has it. */
function rowObject(object: KubeObject, { kind, includeObject }: Encoding): object {
  if (includeObject === 'None') return {};
  if (includeObject === 'Object') return { object: shownAs(kind, object) };
  const { metadata } = object;
  return {
    object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
  };
}
