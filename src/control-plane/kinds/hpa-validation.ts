/** Faults of autoscalers. */
import type {
  HorizontalPodAutoscaler,
  ScalingPolicy,
  ScalingRules,
} from '../../core/autoscaling-objects.js';
import { compareQuantities } from '../../core/quantity.js';
import type { FieldError } from '../api-error.js';
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { metricFaults, referenceFaults, versionFaults } from './hpa-metric-validation.js';

const MAX_PERIOD_SECONDS = 1_800;
const MAX_STABILIZATION_SECONDS = 3_600;

/** What faults depend on beside the autoscaler. */
export interface HpaRules {
  /** The feature gate `HPAScaleToZero`; absent: off. */
  readonly isScaleToZeroEnabled?: boolean;
}

/**
 * Faults of an autoscaler's spec.
 *
 * @see Source: kubernetes `pkg/apis/autoscaling/validation/validation.go`,
 *   `validateHorizontalPodAutoscalerSpec`, for all of this file.
 */
export function hpaFaults(
  { spec }: HorizontalPodAutoscaler,
  { isScaleToZeroEnabled = false }: HpaRules = {},
): readonly FieldError[] {
  const { scaleTargetRef, metrics = [], behavior } = spec;
  const isReplicationController = scaleTargetRef.kind === 'ReplicationController';
  return [
    ...boundFaults(spec, isScaleToZeroEnabled ? 0 : 1),
    ...referenceFaults('spec.scaleTargetRef', scaleTargetRef),
    ...versionFaults('spec.scaleTargetRef', scaleTargetRef, isReplicationController),
    ...metrics.flatMap((metric, index) => metricFaults(`spec.metrics[${index}]`, metric)),
    ...(spec.minReplicas === 0 &&
    !metrics.some(({ type }) => type === 'Object' || type === 'External')
      ? [forbiddenValue('spec.metrics', NEEDS_OBJECT_OR_EXTERNAL)]
      : []),
    ...rulesFaults('spec.behavior.scaleUp', behavior?.scaleUp),
    ...rulesFaults('spec.behavior.scaleDown', behavior?.scaleDown),
  ];
}

const NEEDS_OBJECT_OR_EXTERNAL =
  'must specify at least one Object or External metric to support scaling to zero replicas';

function boundFaults(
  { minReplicas = 1, maxReplicas }: HorizontalPodAutoscaler['spec'],
  least: number,
): readonly FieldError[] {
  const faults: FieldError[] = [];
  if (minReplicas < least) {
    faults.push(
      invalidValue('spec.minReplicas', minReplicas, `must be greater than or equal to ${least}`),
    );
  }
  if (maxReplicas === 0) {
    faults.push(requiredValue('spec.maxReplicas', 'must be set and greater than 0'));
  } else if (maxReplicas < 0) {
    faults.push(
      invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'),
    );
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
  return faults;
}

function rulesFaults(field: string, rules: ScalingRules | undefined): readonly FieldError[] {
  if (rules === undefined) return [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies, tolerance } = rules;
  const faults: FieldError[] = [];
  if (window !== undefined && window < 0) {
    faults.push(
      invalidValue(
        `${field}.stabilizationWindowSeconds`,
        window,
        'must be greater than or equal to zero',
      ),
    );
  }
  if (window !== undefined && window > MAX_STABILIZATION_SECONDS) {
    faults.push(
      invalidValue(
        `${field}.stabilizationWindowSeconds`,
        window,
        `must be less than or equal to ${MAX_STABILIZATION_SECONDS}`,
      ),
    );
  }
  if (selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(selectPolicy)) {
    faults.push(
      unsupportedValue(`${field}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']),
    );
  }
  if ((policies ?? []).length === 0) {
    faults.push(requiredValue(`${field}.policies`, 'must specify at least one Policy'));
  }
  for (const [index, policy] of (policies ?? []).entries()) {
    faults.push(...policyFaults(`${field}.policies[${index}]`, policy));
  }
  if (tolerance !== undefined && compareQuantities(tolerance, '0') < 0) {
    faults.push(
      invalidValue(`${field}.tolerance`, tolerance, 'must be greater than or equal to 0'),
    );
  }
  return faults;
}

function policyFaults(field: string, policy: ScalingPolicy): readonly FieldError[] {
  const { type, value, periodSeconds } = policy;
  const faults: FieldError[] = [];
  if (!['Percent', 'Pods'].includes(type)) {
    faults.push(unsupportedValue(`${field}.type`, type, ['Percent', 'Pods']));
  }
  if (value <= 0) faults.push(invalidValue(`${field}.value`, value, 'must be greater than zero'));
  if (periodSeconds <= 0) {
    faults.push(invalidValue(`${field}.periodSeconds`, periodSeconds, 'must be greater than zero'));
  }
  if (periodSeconds > MAX_PERIOD_SECONDS) {
    faults.push(
      invalidValue(
        `${field}.periodSeconds`,
        periodSeconds,
        `must be less than or equal to ${MAX_PERIOD_SECONDS}`,
      ),
    );
  }
  return faults;
}
