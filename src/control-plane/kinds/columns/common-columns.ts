/** Columns that many kinds share. */
import type { Container, KubeObject, LabelSelector } from '../../../core/objects.js';
import type { TableColumn } from '../kind.js';
import { formatSelector } from '../selectors.js';
import { since } from './human-duration.js';

/** The object's name. */
export const NAME_COLUMN: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
  cell: ({ metadata }) => metadata.name,
};

/** Time since creation. */
export const AGE_COLUMN: TableColumn = {
  name: 'Age',
  type: 'string',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
  priority: 0,
  cell: ({ metadata }, nowMs) => since(metadata.creationTimestamp, nowMs),
};

/** A column of texts or numbers that is always shown. */
export function column<T extends KubeObject>(
  name: string,
  description: string,
  cell: TableColumn<T>['cell'],
): TableColumn<T> {
  return { name, type: 'string', description, priority: 0, cell };
}

/** A column of whole numbers that is always shown. */
export function integerColumn<T extends KubeObject>(
  name: string,
  description: string,
  cell: TableColumn<T>['cell'],
): TableColumn<T> {
  return { name, type: 'integer', description, priority: 0, cell };
}

/** A column that only `-o wide` shows. */
export function wideColumn<T extends KubeObject>(
  name: string,
  description: string,
  cell: TableColumn<T>['cell'],
): TableColumn<T> {
  return { name, type: 'string', description, priority: 1, cell };
}

interface Templated extends KubeObject {
  readonly spec: {
    readonly selector: LabelSelector;
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
}

/** Containers, images and selector of what has a pod template. */
export function templateColumns<T extends Templated>(
  selectorDescription: string,
): TableColumn<T>[] {
  return [
    wideColumn('Containers', 'Names of each container in the template.', ({ spec }) =>
      spec.template.spec.containers.map(({ name }) => name).join(','),
    ),
    wideColumn('Images', 'Images referenced by each container in the template.', ({ spec }) =>
      spec.template.spec.containers.map(({ image }) => image).join(','),
    ),
    wideColumn('Selector', selectorDescription, ({ spec }) => formatSelector(spec.selector)),
  ];
}

/** `<none>` for an empty text, as upstream's tables write it. */
export function orNone(text: string | undefined): string {
  return text === undefined || text === '' ? '<none>' : text;
}
