/** Deployment. */
import type { Deployment, IntOrString } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { FieldError } from '../api-error.js';
import {
  forbiddenValue,
  immutableField,
  invalidValue,
  negativeValue,
  unsupportedValue,
} from '../field-error.js';
import { DEPLOYMENTS } from '../resources.js';
import { DEPLOYMENT } from '../schema/workload-types.js';
import { amountFaults, isOverAll } from './amounts.js';
import { DEPLOYMENT_COLUMNS } from './columns/workload-columns.js';
import type { Draft, Kind } from './kind.js';
import { setPodSpecDefaults } from './pod-defaults.js';
import { hostnameWarnings, podWarnings } from './pod-warnings.js';
import { selectedTemplateFaults } from './template-validation.js';

/**
 * Deployments.
 *
 * @see Source: kubernetes `pkg/registry/apps/deployment/strategy.go`, `pkg/apis/apps/v1/defaults.go`,
 *   `pkg/apis/apps/validation/validation.go`.
 */
export const DEPLOYMENT_KIND: Kind<Deployment> = {
  resource: DEPLOYMENTS,
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  type: DEPLOYMENT,
  nameRule: 'subdomain',
  hasStatus: true,
  hasScale: true,
  isNewGeneration: (object, old) =>
    !isEqualJson(object.spec, old.spec) ||
    !isEqualJson(object.metadata.annotations, old.metadata.annotations),
  setDefaults: setDeploymentDefaults,
  prepareStatusUpdate(draft, old) {
    const { labels } = old.metadata;
    if (labels === undefined) delete draft.metadata.labels;
    else draft.metadata.labels = { ...labels };
  },
  validate: deploymentFaults,
  warnings: ({ metadata, spec }) => [
    ...hostnameWarnings(metadata, 'Pod names and hostnames'),
    ...podWarnings('spec.template.', spec.template),
  ],
  validateUpdate: ({ spec }, old) =>
    isEqualJson(spec.selector, old.spec.selector)
      ? []
      : [immutableField('spec.selector', spec.selector)],
  validateStatus: deploymentStatusFaults,
  columns: DEPLOYMENT_COLUMNS,
};

function setDeploymentDefaults({ spec }: Draft<Deployment>): void {
  spec.replicas ??= 1;
  const strategy = (spec.strategy ??= {});
  strategy.type ??= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= '25%';
    rolling.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  setPodSpecDefaults(spec.template.spec);
}

function deploymentFaults({ spec }: Deployment): readonly FieldError[] {
  return [
    ...negativeValue('spec.replicas', spec.replicas),
    ...selectedTemplateFaults(
      spec.selector,
      spec.template,
      'empty selector is invalid for deployment',
    ),
    ...strategyFaults(spec),
    ...negativeValue('spec.minReadySeconds', spec.minReadySeconds),
    ...negativeValue('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...deadlineFaults(spec),
  ];
}

function deadlineFaults(spec: Deployment['spec']): readonly FieldError[] {
  const deadline = spec.progressDeadlineSeconds;
  if (deadline === undefined) return [];
  const field = 'spec.progressDeadlineSeconds';
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    return [
      ...negativeValue(field, deadline),
      invalidValue(field, deadline, 'must be greater than minReadySeconds'),
    ];
  }
  return negativeValue(field, deadline);
}

function strategyFaults({ strategy }: Deployment['spec']): readonly FieldError[] {
  const field = 'spec.strategy';
  switch (strategy?.type) {
    case 'Recreate':
      return strategy.rollingUpdate === undefined
        ? []
        : [
            forbiddenValue(
              `${field}.rollingUpdate`,
              "may not be specified when strategy `type` is 'Recreate'",
            ),
          ];
    case 'RollingUpdate': {
      const { maxUnavailable = 0, maxSurge = 0 } = strategy.rollingUpdate ?? {};
      return [
        ...amountFaults(`${field}.rollingUpdate.maxUnavailable`, maxUnavailable),
        ...amountFaults(`${field}.rollingUpdate.maxSurge`, maxSurge),
        ...(isZeroAmount(maxUnavailable) && isZeroAmount(maxSurge)
          ? [
              invalidValue(
                `${field}.rollingUpdate.maxUnavailable`,
                maxUnavailable,
                'may not be 0 when `maxSurge` is 0',
              ),
            ]
          : []),
        ...(isOverAll(maxUnavailable)
          ? [
              invalidValue(
                `${field}.rollingUpdate.maxUnavailable`,
                maxUnavailable,
                'must not be greater than 100%',
              ),
            ]
          : []),
      ];
    }
    case undefined:
    default:
      return [unsupportedValue(`${field}.type`, strategy?.type, ['Recreate', 'RollingUpdate'])];
  }
}

function isZeroAmount(amount: IntOrString): boolean {
  return typeof amount === 'number' ? amount === 0 : /^0+%$/.test(amount);
}

/** @see Source: `validation.go`, `ValidateDeploymentStatus`. */
function deploymentStatusFaults({ status = {} }: Deployment): readonly FieldError[] {
  const counts = [
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  ] as const;
  const faults: FieldError[] = [
    ...negativeValue('status.observedGeneration', status.observedGeneration),
    ...counts.flatMap((name) => negativeValue(`status.${name}`, status[name])),
  ];
  const replicas = status.replicas ?? 0;
  for (const name of ['updatedReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const count = status[name] ?? 0;
    if (count > replicas) {
      faults.push(invalidValue(`status.${name}`, count, 'cannot be greater than status.replicas'));
    }
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    faults.push(
      invalidValue(
        'status.availableReplicas',
        status.availableReplicas,
        'cannot be greater than readyReplicas',
      ),
    );
  }
  return faults;
}
