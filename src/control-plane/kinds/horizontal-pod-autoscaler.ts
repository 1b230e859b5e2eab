/** HorizontalPodAutoscaler. */
import { defaultHpa } from '../../autoscaling/hpa/defaults.js';
import type { HorizontalPodAutoscaler } from '../../core/autoscaling-objects.js';
import type { FieldError } from '../api-error.js';
import { invalidValue, negativeValue, requiredValue } from '../field-error.js';
import { HORIZONTAL_POD_AUTOSCALERS } from '../resources.js';
import { HORIZONTAL_POD_AUTOSCALER } from '../schema/workload-types.js';
import { HPA_COLUMNS } from './columns/workload-columns.js';
import { draftCopy } from './kind.js';
import type { Kind } from './kind.js';

/**
 * Autoscalers. They count no generations.
 *
 * @see Source: kubernetes `pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go`,
 *   `pkg/apis/autoscaling/v2/defaults.go`, `pkg/apis/autoscaling/validation/validation.go`.
 */
export const HORIZONTAL_POD_AUTOSCALER_KIND: Kind<HorizontalPodAutoscaler> = {
  resource: HORIZONTAL_POD_AUTOSCALERS,
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  type: HORIZONTAL_POD_AUTOSCALER,
  nameRule: 'subdomain',
  hasStatus: true,
  setDefaults(draft) {
    draft.spec = draftCopy(defaultHpa(draft).spec);
  },
  validate: hpaFaults,
  validateStatus: ({ status }) => [
    ...negativeValue('status.currentReplicas', status?.currentReplicas),
    ...negativeValue('status.desiredReplicas', status?.desiredReplicas),
  ],
  columns: HPA_COLUMNS,
};

function hpaFaults({ spec }: HorizontalPodAutoscaler): readonly FieldError[] {
  const { minReplicas = 1, maxReplicas, scaleTargetRef } = spec;
  const faults: FieldError[] = [];
  if (minReplicas < 1) {
    faults.push(
      invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'),
    );
  }
  if (maxReplicas < 1) {
    faults.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  }
  if (maxReplicas < minReplicas) {
    faults.push(
      invalidValue(
        'spec.maxReplicas',
        maxReplicas,
        'must be greater than or equal to `minReplicas`',
      ),
    );
  }
  if (scaleTargetRef.kind === '') faults.push(requiredValue('spec.scaleTargetRef.kind'));
  if (scaleTargetRef.name === '') faults.push(requiredValue('spec.scaleTargetRef.name'));
  return faults;
}
