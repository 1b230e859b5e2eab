/** Faults of what a pod says about where it may run. */
import type { PodSpec, Toleration } from '../../core/objects.js';
import type { TopologySpreadConstraint } from '../../core/scheduling-objects.js';
import { labelsFaults } from '../api-machinery/metadata-rules.js';
import { labelValueFaults, qualifiedNameFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { duplicateValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { affinityFaults, labelKeysFaults } from './pod-affinity-validation.js';
import { selectorFaults } from './selectors.js';

/**
 * Faults of node selector, tolerations, spread constraints and affinity.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidatePodSpec`.
 */
export function schedulingFaults(field: string, spec: PodSpec): readonly FieldError[] {
  return [
    ...labelsFaults(`${field}.nodeSelector`, spec.nodeSelector),
    ...(spec.tolerations ?? []).flatMap((toleration, index) =>
      tolerationFaults(`${field}.tolerations[${index}]`, toleration),
    ),
    ...spreadFaults(`${field}.topologySpreadConstraints`, spec),
    ...affinityFaults(`${field}.affinity`, spec.affinity),
  ];
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** @see Source: `validation.go`, `ValidateTolerations`. */
function tolerationFaults(field: string, toleration: Toleration): readonly FieldError[] {
  const { key = '', value = '', effect = '', tolerationSeconds } = toleration;
  const operator: string = toleration.operator ?? '';
  const faults: FieldError[] = [];
  if (key !== '') {
    faults.push(
      ...qualifiedNameFaults(key).map((fault) => invalidValue(`${field}.key`, key, fault)),
    );
  }
  if (key === '' && operator !== 'Exists') {
    faults.push(
      invalidValue(
        `${field}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    faults.push(
      invalidValue(
        `${field}.effect`,
        effect,
        "effect must be 'NoExecute' when `tolerationSeconds` is set",
      ),
    );
  }
  const wrongValue = operator === '' || operator === 'Equal' ? labelValueFaults(value) : [];
  if (wrongValue.length > 0) {
    faults.push(invalidValue(`${field}.operator`, value, wrongValue.join(';')));
  }
  if (operator === 'Exists' && value !== '') {
    faults.push(
      invalidValue(`${field}.operator`, value, "value must be empty when `operator` is 'Exists'"),
    );
  } else if (!['', 'Equal', 'Exists'].includes(operator)) {
    faults.push(unsupportedValue(`${field}.operator`, operator, ['Equal', 'Exists']));
  }
  if (effect !== '' && !EFFECTS.includes(effect)) {
    faults.push(unsupportedValue(`${field}.effect`, effect, EFFECTS));
  }
  return faults;
}

const UNSATISFIABLE = ['DoNotSchedule', 'ScheduleAnyway'];

const POLICIES = ['Honor', 'Ignore'];

/** @see Source: `validation.go`, `validateTopologySpreadConstraints`. */
function spreadFaults(
  field: string,
  { topologySpreadConstraints: constraints = [] }: PodSpec,
): readonly FieldError[] {
  return constraints.flatMap((constraint, index) => {
    const path = `${field}[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable } = constraint;
    const faults: FieldError[] = [];
    if (maxSkew <= 0) {
      faults.push(invalidValue(`${path}.maxSkew`, maxSkew, 'must be greater than zero'));
    }
    if (topologyKey === '') {
      faults.push(requiredValue(`${path}.topologyKey`, 'can not be empty'));
    }
    if (!UNSATISFIABLE.includes(whenUnsatisfiable)) {
      faults.push(unsupportedValue(`${path}.whenUnsatisfiable`, whenUnsatisfiable, UNSATISFIABLE));
    }
    const isRepeated = constraints
      .slice(index + 1)
      .some(
        (other) =>
          other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable,
      );
    if (isRepeated) {
      const place = `${path}.{topologyKey, whenUnsatisfiable}`;
      faults.push(duplicateValue(place, `{${topologyKey}, ${whenUnsatisfiable}}`));
    }
    return [...faults, ...domainFaults(path, constraint)];
  });
}

/** Which domains there must be, and which pods count. */
function domainFaults(path: string, constraint: TopologySpreadConstraint): readonly FieldError[] {
  const { whenUnsatisfiable, minDomains, matchLabelKeys, labelSelector } = constraint;
  const faults: FieldError[] = [];
  if (minDomains !== undefined && minDomains <= 0) {
    faults.push(invalidValue(`${path}.minDomains`, minDomains, 'must be greater than zero'));
  }
  if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule') {
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
    faults.push(invalidValue(`${path}.minDomains`, minDomains, detail));
  }
  for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[name];
    if (policy === undefined || POLICIES.includes(policy)) continue;
    faults.push(unsupportedValue(`${path}.${name}`, policy, POLICIES));
  }
  return [
    ...faults,
    ...labelKeysFaults(`${path}.matchLabelKeys`, matchLabelKeys, labelSelector),
    ...selectorFaults(`${path}.labelSelector`, labelSelector ?? {}),
  ];
}
