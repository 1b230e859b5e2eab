/** HorizontalPodAutoscaler in its older version. */
import { hpaV1FromV2 } from '../../autoscaling/hpa-v1/from-v2.js';
import type { HorizontalPodAutoscalerV1 } from '../../autoscaling/hpa-v1/hpa-v1.js';
import { hpaV2FromV1 } from '../../autoscaling/hpa-v1/to-v2.js';
import { decodedDraft, typedObject } from '../api-machinery/typed.js';
import { HORIZONTAL_POD_AUTOSCALERS } from '../resources.js';
import type { Resource } from '../resources.js';
import { decode } from '../schema/decode.js';
import { HORIZONTAL_POD_AUTOSCALER_V1 } from '../schema/workload-types.js';
import { HORIZONTAL_POD_AUTOSCALER_KIND } from './horizontal-pod-autoscaler.js';
import type { Kind } from './kind.js';

const RESOURCE: Resource<HorizontalPodAutoscalerV1> = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
};

/**
 * Autoscalers as `autoscaling/v1` has them; they are stored as `autoscaling/v2`.
 *
 * The default target of CPU is set in the conversion, which alone knows whether an annotation holds
 * other metrics. Rules of a `behavior` annotation get no defaults before they are validated.
 *
 * @see Source: kubernetes 1.36 `pkg/apis/autoscaling/v1/defaults.go` and `conversion.go`.
 */
export const HORIZONTAL_POD_AUTOSCALER_V1_KIND: Kind<HorizontalPodAutoscalerV1> = {
  resource: RESOURCE,
  singular: HORIZONTAL_POD_AUTOSCALER_KIND.singular,
  shortNames: HORIZONTAL_POD_AUTOSCALER_KIND.shortNames,
  categories: HORIZONTAL_POD_AUTOSCALER_KIND.categories,
  type: HORIZONTAL_POD_AUTOSCALER_V1,
  nameRule: HORIZONTAL_POD_AUTOSCALER_KIND.nameRule,
  hasStatus: true,
  setDefaults(draft) {
    draft.spec.minReplicas ??= 1;
  },
  columns: [],
  conversion: {
    stored: HORIZONTAL_POD_AUTOSCALER_KIND,
    toStored: (object) => hpaV2FromV1(typedObject(RESOURCE, object)),
    fromStored: (object) =>
      decodedDraft(
        decode(
          HORIZONTAL_POD_AUTOSCALER_V1,
          hpaV1FromV2(typedObject(HORIZONTAL_POD_AUTOSCALERS, object)),
        ),
      ),
  },
};
