/** Label selectors: validation and their text form. */
import type { LabelSelector, LabelSelectorRequirement, StringMap } from '../../core/objects.js';
import { labelsFaults } from '../api-machinery/metadata-rules.js';
import { labelValueFaults, qualifiedNameFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, requiredValue } from '../field-error.js';

/**
 * A selector as upstream prints it: `app=web,tier in (a,b)`.
 *
 * @see Source: kubernetes `apimachinery/pkg/labels/selector.go`, `Requirement.String`.
 */
export function formatSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '<none>';
  const labels = Object.entries(selector.matchLabels ?? {});
  const requirements = [
    ...labels.map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...(selector.matchExpressions ?? []).map((requirement) => ({
      key: requirement.key,
      text: formatRequirement(requirement),
    })),
  ].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return requirements.length === 0 ? '<none>' : requirements.map(({ text }) => text).join(',');
}

function formatRequirement({ key, operator, values = [] }: LabelSelectorRequirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.toSorted().join(',')})`;
}

/** A selector as upstream's messages print it: maps are in order of their keys. */
export function printedSelector(selector: LabelSelector): LabelSelector {
  const { matchLabels } = selector;
  return {
    ...(matchLabels === undefined ? {} : { matchLabels: sortedMap(matchLabels) }),
    ...((selector.matchExpressions ?? []).length === 0
      ? {}
      : { matchExpressions: selector.matchExpressions ?? [] }),
  };
}

/** A map in order of its keys, as Go prints it. */
export function sortedMap(map: StringMap): StringMap {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a selector requires nothing. */
export function isEmptySelector(selector: LabelSelector): boolean {
  return (
    Object.keys(selector.matchLabels ?? {}).length === 0 &&
    (selector.matchExpressions ?? []).length === 0
  );
}

/** @see Source: `apimachinery/pkg/apis/meta/v1/validation/validation.go`, `ValidateLabelSelector`. */
export function selectorFaults(field: string, selector: LabelSelector): readonly FieldError[] {
  const labels = labelsFaults(`${field}.matchLabels`, selector.matchLabels);
  const expressions = (selector.matchExpressions ?? []).flatMap((requirement, index) =>
    requirementFaults(`${field}.matchExpressions[${index}]`, requirement),
  );
  return [...labels, ...expressions];
}

function requirementFaults(
  field: string,
  { key, operator, values = [] }: LabelSelectorRequirement,
): readonly FieldError[] {
  const faults: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      faults.push(
        requiredValue(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
      );
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      faults.push(
        forbiddenValue(
          `${field}.values`,
          "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        ),
      );
    }
  } else {
    faults.push(invalidValue(`${field}.operator`, operator, 'not a valid selector operator'));
  }
  faults.push(...qualifiedNameFaults(key).map((fault) => invalidValue(`${field}.key`, key, fault)));
  for (const [index, value] of values.entries()) {
    faults.push(
      ...labelValueFaults(value).map((fault) =>
        invalidValue(`${field}.values[${index}]`, value, fault),
      ),
    );
  }
  return faults;
}
