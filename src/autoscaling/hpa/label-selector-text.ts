/** Selectors of metrics: how Go prints them, and what upstream finds wrong with them. */
import type { LabelSelector, LabelSelectorRequirement } from '../../core/objects.js';

/**
 * A `*metav1.LabelSelector` as `%+v` prints it: `nil`, or
 * `&LabelSelector{MatchLabels:map[string]string{queue: jobs,},MatchExpressions:[]LabelSelectorRequirement{},}`.
 *
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/generated.pb.go`, `LabelSelector.String`.
 */
export function printLabelSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key] ?? ''},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return (
    `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`
  );
}

/**
 * What keeps a selector from being used; undefined when nothing does.
 *
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/helpers.go`, `LabelSelectorAsSelector`;
 *   `apimachinery/pkg/labels/selector.go`, `NewRequirement`.
 */
export function selectorFault(selector: LabelSelector | undefined): string | undefined {
  for (const requirement of selector?.matchExpressions ?? []) {
    const fault = requirementFault(requirement);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function requirementFault(requirement: LabelSelectorRequirement): string | undefined {
  const { values = [] } = requirement;
  const operator: string = requirement.operator;
  const known: readonly string[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
  if (!known.includes(operator)) return `"${operator}" is not a valid label selector operator`;
  const needsValues = operator === 'In' || operator === 'NotIn';
  if (needsValues && values.length === 0) {
    return "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty";
  }
  if (!needsValues && values.length > 0) {
    return `values: Invalid value: [${values.map((value) => JSON.stringify(value)).join(',')}]: values set must be empty for exists and does not exist`;
  }
  return undefined;
}
