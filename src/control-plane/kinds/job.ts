/** Job. */
import type { Job, JobSpec } from '../../core/batch-objects.js';
import type { Container, PodTemplateSpec } from '../../core/objects.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { FieldError } from '../api-error.js';
import { immutableField, invalidValue } from '../field-error.js';
import { JOBS } from '../resources.js';
import { JOB, POD_FAILURE_POLICY, SUCCESS_POLICY } from '../schema/batch-types.js';
import { isJsonObject } from '../schema/json.js';
import { POD_SPEC, POD_TEMPLATE_SPEC } from '../schema/pod-types.js';
import { JOB_COLUMNS } from './columns/job-columns.js';
import { goInternal } from './go-internal.js';
import {
  CONTROLLER_UID_LABEL,
  CONTROLLER_UID_LABELS,
  JOB_NAME_LABELS,
  isIndexed,
  isJobCondition,
  isSuspended,
} from './job-rules.js';
import { jobStatusFaults } from './job-status-validation.js';
import { jobFaults, jobSpecFaults } from './job-validation.js';
import type { Draft, Kind } from './kind.js';
import { setPodSpecDefaults } from './pod-defaults.js';
import { hostnameWarnings, podWarnings } from './pod-warnings.js';
import { printedSelector } from './selectors.js';

const DEFAULT_BACKOFF_LIMIT = 6;
const MAX_INT32 = 2 ** 31 - 1;
const COMPLETIONS_SOFT_LIMIT = 100_000;
const PARALLELISM_SOFT_LIMIT = 10_000;

/**
 * Jobs.
 *
 * @see Source: kubernetes `pkg/registry/batch/job/strategy.go`, `pkg/apis/batch/v1/defaults.go`.
 */
export const JOB_KIND: Kind<Job> = {
  resource: JOBS,
  singular: 'job',
  shortNames: [],
  categories: ['all'],
  type: JOB,
  nameRule: 'subdomain',
  hasStatus: true,
  defaultPropagation: 'Orphan',
  deletionWarning:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  isNewGeneration: (object, old) => !isEqualJson(object.spec, old.spec),
  setDefaults: setJobDefaults,
  prepareCreate(draft) {
    if (draft.spec.manualSelector !== true) generateSelector(draft);
  },
  validate: jobFaults,
  warnings: ({ metadata, spec }) => [
    ...hostnameWarnings(metadata, 'Pod names and hostnames'),
    ...sizeWarnings(spec),
    ...podWarnings('spec.template.', spec.template),
  ],
  validateUpdate: jobUpdateFaults,
  validateStatus: jobStatusFaults,
  selectableFields: ({ status }) => ({ 'status.successful': String(status?.succeeded ?? 0) }),
  unknownFieldMessage: (field) => `field label ${JSON.stringify(field)} not supported for Job`,
  columns: JOB_COLUMNS,
};

function setJobDefaults(draft: Draft<Job>): void {
  const { spec, metadata } = draft;
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? DEFAULT_BACKOFF_LIMIT : MAX_INT32;
  const labels = spec.template.metadata?.labels;
  // the same map, as upstream: labels that are generated for the template are the Job's too
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) {
    metadata.labels = labels;
  }
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??=
    spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  spec.manualSelector ??= false;
  setPodSpecDefaults(spec.template.spec);
}

/** @see Source: `strategy.go`, `generateSelector`. */
function generateSelector({ metadata, spec }: Draft<Job>): void {
  const template = (spec.template.metadata ??= {});
  const hasOwnLabels = Object.keys(metadata.labels ?? {}).length > 0;
  const labels = (template.labels ??= {});
  // the name is looked at later, and may be missing
  for (const key of JOB_NAME_LABELS) labels[key] ??= metadata.name ?? '';
  for (const key of CONTROLLER_UID_LABELS) labels[key] ??= metadata.uid ?? '';
  if (!hasOwnLabels) metadata.labels = labels;
  // a selector may come as null
  const selector = isJsonObject(spec.selector) ? spec.selector : (spec.selector = {});
  const matchLabels = (selector.matchLabels ??= {});
  matchLabels[CONTROLLER_UID_LABEL] ??= metadata.uid ?? '';
}

/** @see Source: `pkg/api/job/warnings.go`. */
function sizeWarnings({ completionMode, completions = 0, parallelism = 0 }: JobSpec): string[] {
  if (completionMode !== 'Indexed') return [];
  if (completions <= COMPLETIONS_SOFT_LIMIT || parallelism <= PARALLELISM_SOFT_LIMIT) return [];
  return [
    'spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
  ];
}

/** @see Source: `pkg/apis/batch/validation/validation.go`, `ValidateJobSpecUpdate`. */
function jobUpdateFaults(job: Job, old: Job): readonly FieldError[] {
  const [spec, before] = [job.spec, old.spec];
  const printedPolicy =
    spec.podFailurePolicy === undefined
      ? undefined
      : goInternal(POD_FAILURE_POLICY, spec.podFailurePolicy);
  const printedSuccess =
    spec.successPolicy === undefined ? undefined : goInternal(SUCCESS_POLICY, spec.successPolicy);
  return [
    ...jobSpecFaults(spec),
    ...completionsFaults(job, before),
    ...(isEqualJson(spec.selector, before.selector)
      ? []
      : [immutableField('spec.selector', printedSelector(spec.selector))]),
    ...templateFaults(job, old),
    ...changedField(job, old, 'completionMode'),
    ...changedField(job, old, 'podFailurePolicy', printedPolicy),
    ...changedField(job, old, 'backoffLimitPerIndex'),
    ...changedField(job, old, 'managedBy'),
    ...changedField(job, old, 'successPolicy', printedSuccess),
  ];
}

/** @param printed - the new value as upstream prints it; absent: as it is. */
function changedField(
  { spec }: Job,
  { spec: before }: Job,
  ...[name, printed]: readonly [name: keyof JobSpec, printed?: unknown]
): readonly FieldError[] {
  if (isEqualJson(spec[name], before[name])) return [];
  return [immutableField(`spec.${name}`, printed ?? spec[name])];
}

function completionsFaults(job: Job, before: JobSpec): readonly FieldError[] {
  const { completions, parallelism } = job.spec;
  if (completions === before.completions) return [];
  const field = 'spec.completions';
  if (!isIndexed(job)) return [immutableField(field, completions)];
  if (completions === undefined || completions === parallelism) return [];
  return [invalidValue(field, completions, 'can only be modified in tandem with spec.parallelism')];
}

/**
 * A template changes only while its Job is suspended and has no pods, and then only in where pods may run
 * and what they ask for.
 *
 * @see Source: `validation.go`, `validatePodTemplateUpdate`.
 */
function templateFaults({ spec }: Job, old: Job): readonly FieldError[] {
  const isFree =
    isSuspended(old) &&
    (old.status?.startTime === undefined || isJobCondition(old, 'Suspended')) &&
    (old.status?.active ?? 0) === 0;
  const { template } = spec;
  if (!isFree) {
    if (isEqualJson(template, old.spec.template)) return [];
    return [immutableField('spec.template', goInternal(POD_TEMPLATE_SPEC, template))];
  }
  const allowed = withResourcesOf(
    { ...old.spec.template.spec, ...directivesOf(template, old.spec.template) },
    template,
  );
  if (isEqualJson(template.spec, allowed)) return [];
  return [immutableField('spec.template.spec', goInternal(POD_SPEC, template.spec))];
}

/** What says where pods may run, taken from the new template. */
function directivesOf(
  { spec }: PodTemplateSpec,
  before: PodTemplateSpec,
): Readonly<Record<string, unknown>> {
  const directives: Record<string, unknown> = {};
  for (const name of ['nodeSelector', 'tolerations', 'schedulingGates']) {
    directives[name] = spec[name];
  }
  const [now, old] = [spec['affinity'], before.spec['affinity']];
  const { nodeAffinity: _, ...others } = isJsonObject(old) ? old : {};
  const nodeAffinity = isJsonObject(now) ? now['nodeAffinity'] : undefined;
  const affinity = { ...others, ...(nodeAffinity === undefined ? {} : { nodeAffinity }) };
  directives['affinity'] = Object.keys(affinity).length === 0 && now === undefined ? now : affinity;
  return directives;
}

function withResourcesOf(
  spec: PodTemplateSpec['spec'],
  { spec: source }: PodTemplateSpec,
): PodTemplateSpec['spec'] {
  const result: Record<string, unknown> = { ...spec };
  for (const list of ['containers', 'initContainers'] as const) {
    const [old, now] = [spec[list], source[list]];
    if (old === undefined || old.length !== now?.length) continue;
    result[list] = old.map((container, index) => {
      const other = now[index];
      return other?.name === container.name ? withResources(container, other) : container;
    });
  }
  return { ...spec, ...result };
}

function withResources(container: Container, { resources }: Container): Container {
  const { resources: _, ...others } = container;
  return resources === undefined ? others : { ...others, resources };
}
