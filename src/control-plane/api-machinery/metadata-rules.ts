/** What must hold of the metadata of every object. */
import type { KubeObject, ObjectMeta, OwnerReference } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, immutableField, invalidValue, requiredValue } from '../field-error.js';
import type { Kind } from '../kinds/kind.js';
import { labelFaults, labelValueFaults, nameFaults, qualifiedNameFaults } from './names.js';
import { isEqualJson } from './equality.js';

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const MAX_ANNOTATION_BYTES = 256 * 1024;

/**
 * Faults of an object's metadata.
 *
 * @see Source: kubernetes `apimachinery/pkg/api/validation/objectmeta.go`, `ValidateObjectMetaAccessor`.
 */
export function metadataFaults(kind: Kind, object: KubeObject): readonly FieldError[] {
  const { metadata } = object;
  return [
    ...generateNameFaults(kind, metadata),
    ...nameFieldFaults(kind, metadata),
    ...namespaceFaults(kind, metadata),
    ...(metadata.generation !== undefined && metadata.generation < 0
      ? [
          invalidValue(
            'metadata.generation',
            metadata.generation,
            'must be greater than or equal to 0',
          ),
        ]
      : []),
    ...labelsFaults('metadata.labels', metadata.labels),
    ...annotationFaults('metadata.annotations', metadata.annotations),
    ...ownerFaults(metadata.ownerReferences ?? []),
    ...finalizerFaults(metadata.finalizers ?? []),
  ];
}

/** Kinds whose updates are checked as new objects are too. */
const CHECKED_WHOLE = new Set([
  'configmaps',
  'secrets',
  'serviceaccounts',
  'services',
  'pods',
  'namespaces',
  'nodes',
  'replicasets',
]);

/**
 * Faults of an update's metadata. Upstream checks it for all kinds and again for each, and says every
 * fault as often as it finds it.
 *
 * @see Source: kubernetes `apiserver/pkg/registry/rest/update.go`, `BeforeUpdate`; `pkg/apis`,
 *   `Validate...Update` of each kind.
 */
export function metadataFaultsOfUpdate(
  kind: Kind,
  object: KubeObject,
  old: KubeObject,
): readonly FieldError[] {
  const whole = metadataFaults(kind, object);
  const change = changeFaults(object.metadata, old.metadata);
  if (whole.length === 0 && change.length === 0) return [];
  const isCheckedWhole = CHECKED_WHOLE.has(kind.resource.plural);
  return [...whole, ...change, ...change, ...(isCheckedWhole ? whole : [])];
}

/** @see Source: `objectmeta.go`, `ValidateObjectMetaAccessorUpdate`. */
function changeFaults(object: ObjectMeta, old: ObjectMeta): readonly FieldError[] {
  return [
    ...(old.deletionTimestamp === undefined ? [] : newFinalizerFaults(object, old)),
    ...IMMUTABLE.filter((field) => object[field] !== old[field]).map((field) =>
      immutableField(`metadata.${field}`, object[field]),
    ),
    ...labelsFaults('metadata.labels', object.labels),
    ...annotationFaults('metadata.annotations', object.annotations),
    ...ownerFaults(object.ownerReferences ?? []),
  ];
}

const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Faults of a map of labels. */
export function labelsFaults(
  field: string,
  labels: Readonly<Record<string, string>> | undefined,
): readonly FieldError[] {
  const faults: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const fault of qualifiedNameFaults(key)) faults.push(invalidValue(field, key, fault));
    for (const fault of labelValueFaults(value)) faults.push(invalidValue(field, value, fault));
  }
  return faults;
}

/** Faults of a map of annotations: keys are checked without regard to case, values only in sum. */
export function annotationFaults(
  field: string,
  annotations: Readonly<Record<string, string>> | undefined,
): readonly FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const faults = entries.flatMap(([key]) =>
    qualifiedNameFaults(key.toLowerCase()).map((fault) => invalidValue(field, key, fault)),
  );
  const size = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size <= MAX_ANNOTATION_BYTES) return faults;
  return [
    ...faults,
    {
      reason: 'FieldValueTooLong',
      field,
      message: `Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`,
    },
  ];
}

function generateNameFaults(kind: Kind, { generateName }: ObjectMeta): readonly FieldError[] {
  if (generateName === undefined) return [];
  // a trailing dash is fine: letters follow
  const base = generateName.endsWith('-') ? `${generateName.slice(0, -1)}a` : generateName;
  return nameFaults(kind.nameRule, base).map((fault) =>
    invalidValue('metadata.generateName', generateName, fault),
  );
}

function nameFieldFaults(kind: Kind, { name }: ObjectMeta): readonly FieldError[] {
  if (name === undefined || name === '') {
    return [requiredValue('metadata.name', 'name or generateName is required')];
  }
  return nameFaults(kind.nameRule, name).map((fault) => invalidValue('metadata.name', name, fault));
}

function namespaceFaults(kind: Kind, { namespace = '' }: ObjectMeta): readonly FieldError[] {
  if (!kind.resource.namespaced) {
    return namespace === ''
      ? []
      : [forbiddenValue('metadata.namespace', 'not allowed on this type')];
  }
  if (namespace === '') return [requiredValue('metadata.namespace')];
  return labelFaults(namespace).map((fault) =>
    invalidValue('metadata.namespace', namespace, fault),
  );
}

function ownerFaults(owners: readonly OwnerReference[]): readonly FieldError[] {
  const field = 'metadata.ownerReferences';
  const faults = owners.flatMap((owner) => oneOwnerFaults(field, owner));
  const controllers = owners.filter((owner) => owner.controller === true);
  const [first, second] = controllers;
  if (first === undefined || second === undefined) return faults;
  return [
    ...faults,
    invalidValue(
      field,
      owners,
      `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`,
    ),
  ];
}

function oneOwnerFaults(field: string, owner: OwnerReference): readonly FieldError[] {
  const faults: FieldError[] = [];
  const slash = owner.apiVersion.indexOf('/');
  const version = slash < 0 ? owner.apiVersion : owner.apiVersion.slice(slash + 1);
  if (version === '') {
    faults.push(invalidValue(`${field}.apiVersion`, owner.apiVersion, 'version must not be empty'));
  }
  for (const name of ['kind', 'name', 'uid'] as const) {
    if (owner[name] === '') {
      faults.push(invalidValue(`${field}.${name}`, owner[name], 'must not be empty'));
    }
  }
  if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
    faults.push(invalidValue(field, owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return faults;
}

function finalizerFaults(finalizers: readonly string[]): readonly FieldError[] {
  const field = 'metadata.finalizers';
  const faults: FieldError[] = finalizers.flatMap((name, index) => {
    const wrong = qualifiedNameFaults(name).map((fault) => invalidValue(field, name, fault));
    if (name.includes('/') || STANDARD_FINALIZERS.has(name)) return wrong;
    return [
      ...wrong,
      invalidValue(
        `${field}[${index}]`,
        name,
        'name is neither a standard finalizer name nor is it fully qualified',
      ),
    ];
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    faults.push(
      invalidValue(field, finalizers, 'finalizer foregroundDeletion and orphan cannot be both set'),
    );
  }
  return faults;
}

function newFinalizerFaults(object: ObjectMeta, old: ObjectMeta): readonly FieldError[] {
  const before = old.finalizers ?? [];
  const added = (object.finalizers ?? []).filter((name) => !before.includes(name));
  if (added.length === 0 || isEqualJson(before, object.finalizers)) return [];
  return [
    forbiddenValue(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
    ),
  ];
}
