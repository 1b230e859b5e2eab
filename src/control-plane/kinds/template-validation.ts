/** Faults of pod templates and of the selectors that must match them. */
import { matchesSelector } from '../../core/label-selector.js';
import type { LabelSelector, PodTemplateSpec } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { annotationFaults, labelsFaults } from '../api-machinery/metadata-rules.js';
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { podAnnotationFaults } from './pod-annotations.js';
import { podSpecFaults } from './pod-spec-validation.js';
import { isEmptySelector, selectorFaults } from './selectors.js';

/**
 * Faults of the selector and template of a Deployment or ReplicaSet.
 *
 * @see Source: kubernetes `pkg/apis/apps/validation/validation.go`, `ValidateDeploymentSpec` and
 *   `ValidatePodTemplateSpecForReplicaSet`.
 */
export function selectedTemplateFaults(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec,
  emptyMessage: string,
): readonly FieldError[] {
  return [
    ...(selector === undefined
      ? [requiredValue('spec.selector')]
      : [
          ...selectorFaults('spec.selector', selector),
          ...(isEmptySelector(selector)
            ? [invalidValue('spec.selector', selector, emptyMessage)]
            : []),
        ]),
    ...templateFaults(selector, template),
  ];
}

function templateFaults(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec,
): readonly FieldError[] {
  const field = 'spec.template';
  const labels = template.metadata?.labels;
  const faults: FieldError[] = [];
  if (selector !== undefined && !isEmptySelector(selector) && !matchesSelector(selector, labels)) {
    faults.push(
      invalidValue(
        `${field}.metadata.labels`,
        labels,
        '`selector` does not match template `labels`',
      ),
    );
  }
  faults.push(
    ...labelsFaults(`${field}.labels`, labels),
    ...annotationFaults(`${field}.annotations`, template.metadata?.annotations),
    ...podAnnotationFaults(`${field}.annotations`, template.metadata?.annotations, template.spec),
    ...podSpecFaults(`${field}.spec`, template.spec),
  );
  const { restartPolicy } = template.spec;
  if (['OnFailure', 'Never'].includes(restartPolicy ?? '')) {
    faults.push(unsupportedValue(`${field}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (template.spec['activeDeadlineSeconds'] !== undefined) {
    faults.push(
      forbiddenValue(
        `${field}.spec.activeDeadlineSeconds`,
        'activeDeadlineSeconds in ReplicaSet is not Supported',
      ),
    );
  }
  return faults;
}
