/** Faults of conditions of the newer style (`metav1.Condition`). */
import type { Condition } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { qualifiedNameFaults } from '../api-machinery/names.js';
import {
  duplicateValue,
  invalidValue,
  requiredValue,
  tooLongValue,
  unsupportedValue,
} from '../field-error.js';

const MAX_REASON_BYTES = 1_024;
const MAX_MESSAGE_BYTES = 32 * 1_024;
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const STATUSES = ['False', 'True', 'Unknown'] as const;

/**
 * Faults of a list of conditions.
 *
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/validation/validation.go`, `ValidateConditions`.
 */
export function conditionsFaults(
  field: string,
  conditions: readonly Condition[],
): readonly FieldError[] {
  const types = conditions.map(({ type }) => type);
  return conditions.flatMap((condition, index) => {
    const place = `${field}[${index}]`;
    const isRepeated = types.indexOf(condition.type) < index;
    return [
      ...(isRepeated ? [duplicateValue(`${place}.type`, condition.type)] : []),
      ...conditionFaults(place, condition),
    ];
  });
}

function conditionFaults(field: string, condition: Condition): readonly FieldError[] {
  const { type, status, observedGeneration = 0, message = '' } = condition;
  const lastTransitionTime: unknown = condition.lastTransitionTime;
  return [
    ...qualifiedNameFaults(type).map((fault) => invalidValue(`${field}.type`, type, fault)),
    ...(STATUSES.includes(status) ? [] : [unsupportedValue(`${field}.status`, status, STATUSES)]),
    ...(observedGeneration < 0
      ? [
          invalidValue(
            `${field}.observedGeneration`,
            observedGeneration,
            'must be greater than or equal to zero',
          ),
        ]
      : []),
    // a required time that is absent comes as null
    ...(isTime(lastTransitionTime) ? [] : [requiredValue(`${field}.lastTransitionTime`)]),
    ...reasonFaults(`${field}.reason`, condition.reason ?? ''),
    ...(message.length > MAX_MESSAGE_BYTES
      ? [tooLongValue(`${field}.message`, MAX_MESSAGE_BYTES)]
      : []),
  ];
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function reasonFaults(field: string, reason: string): readonly FieldError[] {
  if (reason === '') return [requiredValue(field)];
  const tooLong = reason.length > MAX_REASON_BYTES ? [tooLongValue(field, MAX_REASON_BYTES)] : [];
  if (new RegExp(`^${REASON}$`).test(reason)) return tooLong;
  const detail = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${REASON}')`;
  return [invalidValue(field, reason, detail), ...tooLong];
}
