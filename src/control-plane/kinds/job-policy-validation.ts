/** Faults of a Job's pod failure policy and success policy. */
import type { JobSpec, PodFailurePolicyRule, SuccessPolicyRule } from '../../core/batch-objects.js';
import type { FieldError } from '../api-error.js';
import { qualifiedNameFaults } from '../api-machinery/names.js';
import {
  duplicateValue,
  invalidPlace,
  invalidValue,
  negativeValue,
  requiredValue,
  tooLongValue,
  tooManyValues,
  unsupportedValue,
} from '../field-error.js';
import { goInternal } from './go-internal.js';
import { indexesFormat } from './job-indexes.js';
import { SUCCESS_POLICY } from '../schema/batch-types.js';

const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_PATTERNS = 20;
const MAX_INDEXES_BYTES = 64 * 1024;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'] as const;
const OPERATORS = ['In', 'NotIn'] as const;
const STATUSES = ['False', 'True', 'Unknown'] as const;

type ExitCodes = NonNullable<PodFailurePolicyRule['onExitCodes']>;

/** @see Source: kubernetes `pkg/apis/batch/validation/validation.go`, `validatePodFailurePolicy`. */
export function podFailurePolicyFaults(spec: JobSpec): readonly FieldError[] {
  if (spec.podFailurePolicy === undefined) return [];
  const field = 'spec.podFailurePolicy.rules';
  const rules = spec.podFailurePolicy.rules ?? [];
  return [
    ...(rules.length > MAX_RULES ? [tooManyValues(field, rules.length, MAX_RULES)] : []),
    ...rules.flatMap((rule, index) => ruleFaults(`${field}[${index}]`, rule, spec)),
  ];
}

function ruleFaults(
  field: string,
  rule: PodFailurePolicyRule,
  spec: JobSpec,
): readonly FieldError[] {
  const { onExitCodes, onPodConditions = [] } = rule;
  const hasConditions = onPodConditions.length > 0;
  return [
    ...actionFaults(`${field}.action`, rule.action, spec),
    ...(onExitCodes === undefined
      ? []
      : exitCodesFaults(`${field}.onExitCodes`, onExitCodes, spec)),
    ...(hasConditions ? conditionsFaults(`${field}.onPodConditions`, onPodConditions) : []),
    ...(onExitCodes !== undefined && hasConditions
      ? [invalidPlace(field, 'specifying both OnExitCodes and OnPodConditions is not supported')]
      : []),
    ...(onExitCodes === undefined && !hasConditions
      ? [invalidPlace(field, 'specifying one of OnExitCodes and OnPodConditions is required')]
      : []),
  ];
}

function actionFaults(field: string, action: string, spec: JobSpec): readonly FieldError[] {
  if (action === 'FailIndex') {
    return spec.backoffLimitPerIndex === undefined
      ? [invalidValue(field, action, 'requires the backoffLimitPerIndex to be set')]
      : [];
  }
  return closedListFaults(field, action, ACTIONS);
}

/** A text that must be there and be one of a list; upstream prints the list as a Go slice. */
function closedListFaults(
  field: string,
  value: string,
  allowed: readonly string[],
): readonly FieldError[] {
  if (value === '') {
    const list = allowed.map((text) => JSON.stringify(text)).join(' ');
    return [requiredValue(field, `valid values: [${list}]`)];
  }
  return allowed.includes(value) ? [] : [unsupportedValue(field, value, allowed)];
}

function conditionsFaults(
  field: string,
  patterns: NonNullable<PodFailurePolicyRule['onPodConditions']>,
): readonly FieldError[] {
  return [
    ...(patterns.length > MAX_PATTERNS
      ? [tooManyValues(field, patterns.length, MAX_PATTERNS)]
      : []),
    ...patterns.flatMap(({ type, status }, index) => [
      ...qualifiedNameFaults(type).map((fault) =>
        invalidValue(`${field}[${index}].type`, type, fault),
      ),
      ...closedListFaults(`${field}[${index}].status`, status, STATUSES),
    ]),
  ];
}

/** @see Source: `validation.go`, `validatePodFailurePolicyRuleOnExitCodes`. */
function exitCodesFaults(field: string, rule: ExitCodes, spec: JobSpec): readonly FieldError[] {
  const { containerName } = rule;
  const { containers, initContainers = [] } = spec.template.spec;
  const names = [...containers, ...initContainers].map(({ name }) => name);
  const detail = 'must be one of the container or initContainer names in the pod template';
  return [
    ...closedListFaults(`${field}.operator`, rule.operator, OPERATORS),
    ...(containerName === undefined || names.includes(containerName)
      ? []
      : [invalidValue(`${field}.containerName`, containerName, detail)]),
    ...exitValuesFaults(`${field}.values`, rule),
  ];
}

function exitValuesFaults(field: string, { operator, values }: ExitCodes): readonly FieldError[] {
  const codes = values ?? [];
  const faults: FieldError[] = [];
  if (codes.length === 0)
    faults.push(invalidValue(field, values, 'at least one value is required'));
  if (codes.length > MAX_EXIT_CODES) {
    faults.push(tooManyValues(field, codes.length, MAX_EXIT_CODES));
  }
  for (const [index, code] of codes.entries()) {
    const place = `${field}[${index}]`;
    if (operator === 'In' && code === 0) {
      faults.push(invalidValue(place, code, 'must not be 0 for the In operator'));
    }
    if (codes.indexOf(code) < index) faults.push(duplicateValue(place, code));
  }
  const isOrdered = codes.every((code, index) => (codes[index - 1] ?? code) <= code);
  return isOrdered ? faults : [...faults, invalidValue(field, codes, 'must be ordered')];
}

/** @see Source: `validation.go`, `validateSuccessPolicy`. */
export function successPolicyFaults(spec: JobSpec): readonly FieldError[] {
  const { successPolicy, completionMode, completions = 0 } = spec;
  if (successPolicy === undefined) return [];
  if (completionMode !== 'Indexed') {
    const printed = goInternal(SUCCESS_POLICY, successPolicy);
    return [invalidValue('spec.successPolicy', printed, 'requires indexed completion mode')];
  }
  const field = 'spec.successPolicy.rules';
  const rules = successPolicy.rules ?? [];
  const missing = 'at least one rules must be specified when the successPolicy is specified';
  return [
    ...(rules.length === 0 ? [requiredValue(field, missing)] : []),
    ...(rules.length > MAX_RULES ? [tooManyValues(field, rules.length, MAX_RULES)] : []),
    ...rules.flatMap((rule, index) => successRuleFaults(`${field}[${index}]`, rule, completions)),
  ];
}

function successRuleFaults(
  field: string,
  rule: SuccessPolicyRule,
  completions: number,
): readonly FieldError[] {
  const { succeededIndexes, succeededCount } = rule;
  const faults: FieldError[] = [];
  if (succeededIndexes === undefined && succeededCount === undefined) {
    const missing = 'at least one of succeededCount or succeededIndexes must be specified';
    faults.push(requiredValue(field, missing));
  }
  let total = 0;
  if (succeededIndexes !== undefined) {
    const place = `${field}.succeededIndexes`;
    if (succeededIndexes.length > MAX_INDEXES_BYTES) {
      faults.push(tooLongValue(place, MAX_INDEXES_BYTES));
    }
    const format = indexesFormat(succeededIndexes, completions);
    if (format.kind === 'count') total = format.count;
    else {
      const detail = `error parsing succeededIndexes: ${format.fault}`;
      faults.push(invalidValue(place, succeededIndexes, detail));
    }
  }
  if (succeededCount === undefined) return faults;
  return [
    ...faults,
    ...succeededCountFaults(`${field}.succeededCount`, rule, { completions, total }),
  ];
}

function succeededCountFaults(
  field: string,
  { succeededIndexes, succeededCount = 0 }: SuccessPolicyRule,
  { completions, total }: { readonly completions: number; readonly total: number },
): readonly FieldError[] {
  const atMost = `must be less than or equal to ${completions} (the number of specified completions)`;
  const named = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
  return [
    ...negativeValue(field, succeededCount),
    ...(succeededCount > completions ? [invalidValue(field, succeededCount, atMost)] : []),
    ...(succeededIndexes !== undefined && succeededCount > total
      ? [invalidValue(field, succeededCount, named)]
      : []),
  ];
}
