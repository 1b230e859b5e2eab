/** Types of `meta/v1` that every object has. */
import {
  BOOLEAN,
  INT32,
  INT64,
  RAW,
  STRING,
  TIME,
  list,
  map,
  optional,
  pointer,
  required,
  struct,
} from './types.js';
import type { Field, StructType } from './types.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** `metav1.OwnerReference`. */
export const OWNER_REFERENCE: StructType = {
  ...struct(`${META}.OwnerReference`, {
    apiVersion: required(STRING),
    kind: required(STRING),
    name: required(STRING),
    uid: required(STRING),
    controller: pointer(BOOLEAN),
    blockOwnerDeletion: pointer(BOOLEAN),
  }),
  isAtomic: true,
};

const MANAGED_FIELDS_ENTRY = struct(`${META}.ManagedFieldsEntry`, {
  manager: optional(STRING),
  operation: optional(STRING),
  apiVersion: optional(STRING),
  time: pointer(TIME),
  fieldsType: optional(STRING),
  fieldsV1: pointer(RAW),
  subresource: optional(STRING),
});

/** `metav1.ObjectMeta`. */
export const OBJECT_META: StructType = struct(`${META}.ObjectMeta`, {
  name: optional(STRING, 'Unique among objects of the kind in the namespace; cannot be changed.'),
  generateName: optional(
    STRING,
    'Beginning of a unique name that the server makes, where no name is given.',
  ),
  namespace: optional(
    STRING,
    'Where the object is; cannot be changed. Absent for kinds without namespaces.',
  ),
  selfLink: optional(STRING),
  uid: optional(STRING, 'Unique among all objects there ever were; given by the server.'),
  resourceVersion: optional(
    STRING,
    'Changes with every write; a write with an old one is refused.',
  ),
  generation: optional(INT64, 'Counts changes of what is wanted; written by the server.'),
  creationTimestamp: optional(TIME, 'When the object was made; written by the server.'),
  deletionTimestamp: pointer(
    TIME,
    'When the object is to be gone; there once its deletion has begun.',
  ),
  deletionGracePeriodSeconds: pointer(INT64, 'How long its deletion may take.'),
  labels: optional(map(STRING), 'Short texts that selectors go by.'),
  annotations: optional(map(STRING), 'Texts that programs keep here; nothing selects by them.'),
  ownerReferences: optional(
    list(OWNER_REFERENCE, { mergeKey: 'uid', applyKeys: ['uid'] }),
    'Objects without which this one is deleted.',
  ),
  finalizers: optional(
    list(STRING, { mergeKey: '', applyKeys: [] }),
    'What must be done before the object can go.',
  ),
  managedFields: optional(list(MANAGED_FIELDS_ENTRY), 'Who set which fields.'),
});

/** An object of which only the owners of fields are looked at. */
export const MANAGED_FIELDS_ONLY: StructType = struct(`${META}.PartialObjectMetadata`, {
  metadata: optional(
    struct(`${META}.ObjectMeta`, { managedFields: optional(list(MANAGED_FIELDS_ENTRY)) }),
  ),
});

/** `metav1.LabelSelector`. */
export const LABEL_SELECTOR: StructType = {
  ...struct(`${META}.LabelSelector`, {
    matchLabels: optional(map(STRING)),
    matchExpressions: optional(
      list(
        struct(`${META}.LabelSelectorRequirement`, {
          key: required(STRING),
          operator: required(STRING),
          values: optional(list(STRING)),
        }),
      ),
    ),
  }),
  isAtomic: true,
};

/** A top-level object: kind, apiVersion, metadata and what the kind adds. */
export function objectType(name: string, fields: Readonly<Record<string, Field>>): StructType {
  return struct(name, {
    kind: optional(STRING, 'The kind of the object: what its fields mean.'),
    apiVersion: optional(
      STRING,
      'The group and version of the kind: apps/v1, or v1 for core kinds.',
    ),
    metadata: optional(OBJECT_META, 'The name, the labels and whatever else every object has.'),
    ...fields,
  });
}

/** `autoscaling/v1` Scale. */
export const SCALE: StructType = objectType('io.k8s.api.autoscaling.v1.Scale', {
  spec: optional(struct('io.k8s.api.autoscaling.v1.ScaleSpec', { replicas: optional(INT32) })),
  status: optional(
    struct('io.k8s.api.autoscaling.v1.ScaleStatus', {
      replicas: required(INT32),
      selector: optional(STRING),
    }),
  ),
});
