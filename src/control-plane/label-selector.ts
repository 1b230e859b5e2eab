/** Whether labels are selected: `metav1.LabelSelector` and plain maps. */
import type { LabelSelector, LabelSelectorRequirement, StringMap } from '../core/objects.js';

const NO_LABELS: StringMap = {};

/**
 * Whether a selector selects these labels. An absent selector selects nothing, an empty one everything.
 *
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/helpers.go`, `LabelSelectorAsSelector`.
 */
export function isSelected(
  selector: LabelSelector | undefined,
  labels: StringMap = NO_LABELS,
): boolean {
  if (selector === undefined) return false;
  return (
    hasLabels(labels, selector.matchLabels ?? NO_LABELS) &&
    (selector.matchExpressions ?? []).every((requirement) => meets(labels, requirement))
  );
}

/** Whether `labels` has every one of `required`, with the same value. */
export function hasLabels(labels: StringMap | undefined, required: StringMap): boolean {
  for (const key of Object.keys(required)) {
    if (labels?.[key] !== required[key]) return false;
  }
  return true;
}

function meets(labels: StringMap, requirement: LabelSelectorRequirement): boolean {
  const { key, operator, values = [] } = requirement;
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const isListed = value !== undefined && values.includes(value);
  return operator === 'In' ? isListed : !isListed;
}
