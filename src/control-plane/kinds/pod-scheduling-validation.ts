/** Faults of what a pod says about where it may run. */
import type { PodSpec, Toleration } from '../../core/objects.js';
import { labelsFaults } from '../api-machinery/metadata-rules.js';
import { qualifiedNameFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { isJsonObject, jsonObjects, textOf, valueAt } from '../schema/json.js';

/**
 * Faults of node selector, tolerations, spread constraints and node affinity.
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
    ...nodeAffinityFaults(`${field}.affinity.nodeAffinity`, spec),
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

/** @see Source: `validation.go`, `validateTopologySpreadConstraints`. */
function spreadFaults(field: string, spec: PodSpec): readonly FieldError[] {
  return jsonObjects(spec['topologySpreadConstraints']).flatMap((constraint, index) => {
    const path = `${field}[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable } = constraint;
    const faults: FieldError[] = [];
    if (typeof maxSkew !== 'number' || maxSkew <= 0) {
      faults.push(invalidValue(`${path}.maxSkew`, maxSkew, 'must be greater than zero'));
    }
    if (textOf(topologyKey) === '') {
      faults.push(requiredValue(`${path}.topologyKey`, 'can not be empty'));
    }
    if (!UNSATISFIABLE.includes(textOf(whenUnsatisfiable))) {
      faults.push(unsupportedValue(`${path}.whenUnsatisfiable`, whenUnsatisfiable, UNSATISFIABLE));
    }
    return faults;
  });
}

/** @see Source: `validation.go`, `ValidateNodeSelector`. */
function nodeAffinityFaults(field: string, spec: PodSpec): readonly FieldError[] {
  const name = 'requiredDuringSchedulingIgnoredDuringExecution';
  const selector = valueAt(spec, ['affinity', 'nodeAffinity', name]);
  if (!isJsonObject(selector) || jsonObjects(selector['nodeSelectorTerms']).length > 0) return [];
  return [
    requiredValue(
      `${field}.${name}.nodeSelectorTerms`,
      'must have at least one node selector term',
    ),
  ];
}
