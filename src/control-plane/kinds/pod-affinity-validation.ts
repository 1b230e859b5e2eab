/** Faults of what a pod says about nodes and other pods it wants to be near to or far from. */
import type { LabelSelector } from '../../core/objects.js';
import type {
  Affinity,
  NodeAffinity,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
} from '../../core/scheduling-objects.js';
import {
  labelFaults,
  labelValueFaults,
  qualifiedNameFaults,
  subdomainFaults,
} from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, requiredValue } from '../field-error.js';
import { selectorFaults } from './selectors.js';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const NODE_NAME_FIELD = 'metadata.name';
const BAD_OPERATOR = 'not a valid selector operator';

/** @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `validateAffinity`. */
export function affinityFaults(
  field: string,
  affinity: Affinity | undefined,
): readonly FieldError[] {
  if (affinity === undefined) return [];
  return [
    ...nodeAffinityFaults(`${field}.nodeAffinity`, affinity.nodeAffinity),
    ...podAffinityFaults(`${field}.podAffinity`, affinity.podAffinity),
    ...podAffinityFaults(`${field}.podAntiAffinity`, affinity.podAntiAffinity),
  ];
}

/** A key of a label; one fault for each rule that it breaks. */
export function labelKeyFaults(field: string, key: string): readonly FieldError[] {
  return qualifiedNameFaults(key).map((fault) => invalidValue(field, key, fault));
}

/**
 * Keys whose values are taken from the pod itself.
 *
 * @see Source: `validation.go`, `validateLabelKeys`.
 */
export function labelKeysFaults(
  field: string,
  keys: readonly string[] | undefined = [],
  labelSelector: LabelSelector | undefined,
): readonly FieldError[] {
  if (keys.length === 0) return [];
  const faults = keys.flatMap((key, index) => labelKeyFaults(`${field}[${index}]`, key));
  return labelSelector === undefined
    ? [forbiddenValue(field, 'must not be specified when labelSelector is not set'), ...faults]
    : faults;
}

function nodeAffinityFaults(
  field: string,
  affinity: NodeAffinity | undefined,
): readonly FieldError[] {
  const faults: FieldError[] = [];
  const required = affinity?.[REQUIRED];
  if (required !== undefined) {
    const terms = required.nodeSelectorTerms ?? [];
    const path = `${field}.${REQUIRED}.nodeSelectorTerms`;
    if (terms.length === 0) {
      faults.push(requiredValue(path, 'must have at least one node selector term'));
    }
    faults.push(
      ...terms.flatMap((term, index) => nodeTermFaults(`${path}[${index}]`, term)),
      ...terms.flatMap((term, index) => termValueFaults(`${path}[${index}]`, term)),
    );
  }
  for (const [index, { weight, preference }] of (affinity?.[PREFERRED] ?? []).entries()) {
    const path = `${field}.${PREFERRED}[${index}]`;
    faults.push(...weightFaults(path, weight), ...nodeTermFaults(`${path}.preference`, preference));
  }
  return faults;
}

/** @see Source: `validation.go`, `ValidateNodeSelectorTerm`. */
function nodeTermFaults(
  field: string,
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
): readonly FieldError[] {
  return [
    ...matchExpressions.flatMap((requirement, index) =>
      expressionFaults(`${field}.matchExpressions[${index}]`, requirement),
    ),
    ...matchFields.flatMap((requirement, index) =>
      fieldRequirementFaults(`${field}.matchFields[${index}]`, requirement),
    ),
  ];
}

/** Values that no label can have; where a term is only preferred they are let pass. */
function termValueFaults(
  field: string,
  { matchExpressions = [] }: NodeSelectorTerm,
): readonly FieldError[] {
  return matchExpressions.flatMap(({ values = [] }, index) =>
    values.flatMap((value, place) =>
      labelValueFaults(value).map((fault) =>
        invalidValue(`${field}.matchExpressions[${index}].values[${place}]`, value, fault),
      ),
    ),
  );
}

/** @see Source: `validation.go`, `ValidateNodeSelectorRequirement`. */
function expressionFaults(
  field: string,
  { key, operator, values = [] }: NodeSelectorRequirement,
): readonly FieldError[] {
  const faults: FieldError[] = [];
  const path = `${field}.values`;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      faults.push(requiredValue(path, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      faults.push(
        forbiddenValue(path, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      );
    }
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) {
      faults.push(
        requiredValue(path, "must be specified single value when `operator` is 'Lt' or 'Gt'"),
      );
    }
  } else {
    faults.push(invalidValue(`${field}.operator`, operator, BAD_OPERATOR));
  }
  return [...faults, ...labelKeyFaults(`${field}.key`, key)];
}

/** @see Source: `validation.go`, `ValidateNodeFieldSelectorRequirement`. */
function fieldRequirementFaults(
  field: string,
  { key, operator, values = [] }: NodeSelectorRequirement,
): readonly FieldError[] {
  const faults: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    faults.push(invalidValue(`${field}.operator`, operator, BAD_OPERATOR));
  } else if (values.length !== 1) {
    const detail =
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    faults.push(requiredValue(`${field}.values`, detail));
  }
  if (key !== NODE_NAME_FIELD) {
    return [...faults, invalidValue(`${field}.key`, key, 'not a valid field selector key')];
  }
  return [
    ...faults,
    ...values.flatMap((value, index) =>
      subdomainFaults(value).map((fault) =>
        invalidValue(`${field}.values[${index}]`, value, fault),
      ),
    ),
  ];
}

function podAffinityFaults(
  field: string,
  affinity: PodAffinity | undefined,
): readonly FieldError[] {
  const required = affinity?.[REQUIRED] ?? [];
  const preferred = affinity?.[PREFERRED] ?? [];
  return [
    ...required.flatMap((term, index) => podTermFaults(`${field}.${REQUIRED}[${index}]`, term)),
    ...preferred.flatMap((entry, index) =>
      weightedTermFaults(`${field}.${PREFERRED}[${index}]`, entry),
    ),
  ];
}

function weightedTermFaults(
  field: string,
  {
    weight,
    podAffinityTerm,
  }: { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm },
): readonly FieldError[] {
  return [
    ...weightFaults(field, weight),
    ...podTermFaults(`${field}.podAffinityTerm`, podAffinityTerm),
  ];
}

/** @see Source: `validation.go`, `validatePodAffinityTerm`. */
function podTermFaults(field: string, term: PodAffinityTerm): readonly FieldError[] {
  const { topologyKey, labelSelector, namespaceSelector, namespaces = [] } = term;
  return [
    ...selectorFaults(`${field}.labelSelector`, labelSelector ?? {}),
    ...selectorFaults(`${field}.namespaceSelector`, namespaceSelector ?? {}),
    ...namespaces.flatMap((name) =>
      labelFaults(name).map((fault) => invalidValue(`${field}.namespace`, name, fault)),
    ),
    ...termKeysFaults(field, term),
    ...(topologyKey === '' ? [requiredValue(`${field}.topologyKey`, 'can not be empty')] : []),
    ...labelKeyFaults(`${field}.topologyKey`, topologyKey),
  ];
}

function termKeysFaults(
  field: string,
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: PodAffinityTerm,
): readonly FieldError[] {
  return [
    ...labelKeysFaults(`${field}.matchLabelKeys`, matchLabelKeys, labelSelector),
    ...labelKeysFaults(`${field}.mismatchLabelKeys`, mismatchLabelKeys, labelSelector),
    ...matchLabelKeys.flatMap((key, index) =>
      mismatchLabelKeys.includes(key)
        ? [
            invalidValue(
              `${field}.matchLabelKeys[${index}]`,
              key,
              'exists in both matchLabelKeys and mismatchLabelKeys',
            ),
          ]
        : [],
    ),
  ];
}

function weightFaults(field: string, weight: number): readonly FieldError[] {
  return weight >= 1 && weight <= 100
    ? []
    : [invalidValue(`${field}.weight`, weight, 'must be in the range 1-100')];
}
