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
  name: optional(STRING),
  generateName: optional(STRING),
  namespace: optional(STRING),
  selfLink: optional(STRING),
  uid: optional(STRING),
  resourceVersion: optional(STRING),
  generation: optional(INT64),
  creationTimestamp: optional(TIME),
  deletionTimestamp: pointer(TIME),
  deletionGracePeriodSeconds: pointer(INT64),
  labels: optional(map(STRING)),
  annotations: optional(map(STRING)),
  ownerReferences: optional(list(OWNER_REFERENCE, { mergeKey: 'uid', applyKeys: ['uid'] })),
  finalizers: optional(list(STRING, { mergeKey: '', applyKeys: [] })),
  managedFields: optional(list(MANAGED_FIELDS_ENTRY)),
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
    kind: optional(STRING),
    apiVersion: optional(STRING),
    metadata: optional(OBJECT_META),
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
