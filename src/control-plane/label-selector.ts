/** Whether labels are selected, as controllers ask it. */
import { matchesSelector } from '../core/label-selector.js';
import type { LabelSelector, StringMap } from '../core/objects.js';

/**
 * Whether a selector selects these labels. An absent selector selects nothing, an empty one everything.
 *
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/helpers.go`, `LabelSelectorAsSelector`.
 */
export function isSelected(
  selector: LabelSelector | undefined,
  labels: StringMap | undefined,
): boolean {
  return selector !== undefined && matchesSelector(selector, labels);
}

/** Whether `labels` has every one of `required`, with the same value. */
export function hasLabels(labels: StringMap | undefined, required: StringMap): boolean {
  for (const key of Object.keys(required)) {
    if (labels?.[key] !== required[key]) return false;
  }
  return true;
}
