/** Label selectors: which labels they match. */
import type { LabelSelector, LabelSelectorRequirement, StringMap } from './objects.js';

/**
 * Whether labels fulfil every requirement of a selector; an empty one matches everything.
 *
 * @see Source: kubernetes `apimachinery/pkg/labels/selector.go`, `Requirement.Matches`.
 */
export function matchesSelector(
  selector: LabelSelector,
  labels: StringMap | undefined = {},
): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every((requirement) => fulfils(requirement, labels))
  );
}

function fulfils(requirement: LabelSelectorRequirement, labels: StringMap): boolean {
  const { key, operator, values = [] } = requirement;
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const isIn = value !== undefined && values.includes(value);
  return operator === 'In' ? isIn : !isIn;
}
