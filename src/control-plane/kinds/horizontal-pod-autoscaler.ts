/** HorizontalPodAutoscaler. */
import { withoutV1Annotations } from '../../autoscaling/hpa-v1/hpa-v1.js';
import { defaultHpa } from '../../autoscaling/hpa/defaults.js';
import type { HorizontalPodAutoscaler } from '../../core/autoscaling-objects.js';
import { negativeValue } from '../field-error.js';
import { HORIZONTAL_POD_AUTOSCALERS } from '../resources.js';
import { HORIZONTAL_POD_AUTOSCALER } from '../schema/workload-types.js';
import { HPA_COLUMNS } from './columns/workload-columns.js';
import { hpaFaults } from './hpa-validation.js';
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
    const { annotations } = draft.metadata;
    if (annotations !== undefined) draft.metadata.annotations = withoutV1Annotations(annotations);
    draft.spec = draftCopy(defaultHpa(draft).spec);
  },
  validate: (hpa) => hpaFaults(hpa),
  validateStatus: ({ status }) => [
    ...negativeValue('status.currentReplicas', status?.currentReplicas),
    ...negativeValue('status.desiredReplicas', status?.desiredReplicas),
  ],
  columns: HPA_COLUMNS,
};
