/** Faults of Jobs in themselves. */
import type { Job, JobSpec } from '../../core/batch-objects.js';
import { matchesSelector } from '../../core/label-selector.js';
import type { PodTemplateSpec, StringMap } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { annotationFaults, labelsFaults } from '../api-machinery/metadata-rules.js';
import { labelFaults, subdomainFaults } from '../api-machinery/names.js';
import {
  invalidValue,
  negativeValue,
  requiredValue,
  tooLongValue,
  unsupportedValue,
} from '../field-error.js';
import { podFailurePolicyFaults, successPolicyFaults } from './job-policy-validation.js';
import { CONTROLLER_UID_LABELS, JOB_NAME_LABELS, isIndexed } from './job-rules.js';
import { podSpecFaults } from './pod-spec-validation.js';
import { printedSelector, selectorFaults, sortedMap } from './selectors.js';

const MAX_PARALLELISM_INDEXED = 100_000;
const MAX_FAILED_INDEXES = 100_000;
const COMPLETIONS_SOFT_LIMIT = 100_000;
const LIMIT_FOR_HIGH_COMPLETIONS = 10_000;
const MAX_MANAGED_BY_BYTES = 63;
const PATH_FORM = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const HTTP_PATH = new RegExp(`^${PATH_FORM}$`);
const REPLACEMENT_POLICIES = ['Failed', 'TerminatingOrFailed'] as const;

/**
 * Faults of a Job.
 *
 * @see Source: kubernetes `pkg/apis/batch/validation/validation.go`, `ValidateJob`.
 */
export function jobFaults(job: Job): readonly FieldError[] {
  return [...generatedSelectorFaults(job), ...jobSpecFaults(job.spec), ...hostnameFaults(job)];
}

/** Faults of a Job's spec: upstream finds them twice in an update. */
export function jobSpecFaults(spec: JobSpec): readonly FieldError[] {
  const { selector, template } = spec;
  const labels = template.metadata?.labels;
  return [
    ...ownSpecFaults(spec),
    ...(selector === undefined
      ? [requiredValue('spec.selector')]
      : selectorFaults('spec.selector', selector)),
    ...(selector === undefined || matchesSelector(selector, labels)
      ? []
      : [
          invalidValue(
            'spec.template.metadata.labels',
            labels === undefined ? null : sortedMap(labels),
            '`selector` does not match template `labels`',
          ),
        ]),
  ];
}

/** @see Source: `validation.go`, `validateGeneratedSelector`. */
function generatedSelectorFaults({ metadata, spec }: Job): readonly FieldError[] {
  if (spec.manualSelector === true || spec.selector === undefined) return [];
  const labels = spec.template.metadata?.labels;
  const expected: Record<string, string> = {};
  const [oldName, name] = JOB_NAME_LABELS;
  const [oldUid, uid] = CONTROLLER_UID_LABELS;
  for (const key of [oldUid, uid]) expected[key] = metadata.uid ?? '';
  for (const key of [oldName, name]) expected[key] = metadata.name;
  return [
    ...[oldUid, oldName, uid, name].flatMap((key) => labelIsFaults(labels, key, expected[key])),
    ...(matchesSelector(spec.selector, expected)
      ? []
      : [
          invalidValue(
            'spec.selector',
            printedSelector(spec.selector),
            '`selector` not auto-generated',
          ),
        ]),
  ];
}

/** @see Source: `pkg/apis/core/validation/validation.go`, `ValidateHasLabel`. */
function labelIsFaults(
  labels: StringMap | undefined,
  key: string,
  expected = '',
): readonly FieldError[] {
  const actual = labels?.[key];
  const field = `spec.template.metadata.labels[${key}]`;
  const detail = `must be '${expected}'`;
  if (actual === undefined) return [requiredValue(field, detail)];
  return actual === expected ? [] : [invalidValue(field, sortedMap(labels ?? {}), detail)];
}

/** The last pod of an indexed Job is named for its index. */
function hostnameFaults(job: Job): readonly FieldError[] {
  const { completions = 0 } = job.spec;
  if (!isIndexed(job) || completions <= 0) return [];
  const { name } = job.metadata;
  const hostname = `${name}-${completions - 1}`;
  if (labelFaults(hostname).length === 0) return [];
  const detail = `will not able to create pod with invalid DNS label: ${hostname}`;
  return [invalidValue('metadata.name', name, detail)];
}

/** @see Source: `validation.go`, `validateJobSpec`. */
function ownSpecFaults(spec: JobSpec): readonly FieldError[] {
  return [
    ...negativeValue('spec.parallelism', spec.parallelism),
    ...negativeValue('spec.completions', spec.completions),
    ...negativeValue('spec.activeDeadlineSeconds', spec.activeDeadlineSeconds),
    ...negativeValue('spec.backoffLimit', spec.backoffLimit),
    ...negativeValue('spec.ttlSecondsAfterFinished', spec.ttlSecondsAfterFinished),
    ...negativeValue('spec.backoffLimitPerIndex', spec.backoffLimitPerIndex),
    ...negativeValue('spec.maxFailedIndexes', spec.maxFailedIndexes),
    ...(spec.maxFailedIndexes === undefined || spec.backoffLimitPerIndex !== undefined
      ? []
      : [requiredValue('spec.backoffLimitPerIndex', 'when maxFailedIndexes is specified')]),
    ...managedByFaults(spec.managedBy),
    ...completionModeFaults(spec),
    ...podFailurePolicyFaults(spec),
    ...successPolicyFaults(spec),
    ...replacementPolicyFaults(spec),
    ...jobTemplateFaults(spec),
  ];
}

function completionModeFaults(spec: JobSpec): readonly FieldError[] {
  const { completionMode } = spec;
  if (completionMode === 'Indexed') return indexedFaults(spec);
  if (completionMode !== undefined && completionMode !== 'NonIndexed') {
    return [unsupportedValue('spec.completionMode', completionMode, ['NonIndexed', 'Indexed'])];
  }
  return (['backoffLimitPerIndex', 'maxFailedIndexes'] as const).flatMap((name) =>
    spec[name] === undefined
      ? []
      : [invalidValue(`spec.${name}`, spec[name], 'requires indexed completion mode')],
  );
}

function indexedFaults(spec: JobSpec): readonly FieldError[] {
  const { completions, parallelism = 0, maxFailedIndexes } = spec;
  const faults: FieldError[] = [];
  if (completions === undefined) {
    faults.push(requiredValue('spec.completions', 'when completion mode is Indexed'));
  }
  if (parallelism > MAX_PARALLELISM_INDEXED) {
    const detail = `must be less than or equal to ${MAX_PARALLELISM_INDEXED} when completion mode is Indexed`;
    faults.push(invalidValue('spec.parallelism', parallelism, detail));
  }
  if (
    completions !== undefined &&
    maxFailedIndexes !== undefined &&
    maxFailedIndexes > completions
  ) {
    const detail = 'must be less than or equal to completions';
    faults.push(invalidValue('spec.maxFailedIndexes', maxFailedIndexes, detail));
  }
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MAX_FAILED_INDEXES) {
    const detail = `must be less than or equal to ${MAX_FAILED_INDEXES}`;
    faults.push(invalidValue('spec.maxFailedIndexes', maxFailedIndexes, detail));
  }
  return [...faults, ...highCompletionsFaults(spec)];
}

function highCompletionsFaults(spec: JobSpec): readonly FieldError[] {
  const { completions = 0, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  if (completions <= COMPLETIONS_SOFT_LIMIT || backoffLimitPerIndex === undefined) return [];
  const detail = `must be less than or equal to ${LIMIT_FOR_HIGH_COMPLETIONS} when completions are above ${COMPLETIONS_SOFT_LIMIT} and used with backoff limit per index`;
  const missing = `must be specified when completions is above ${COMPLETIONS_SOFT_LIMIT}`;
  return [
    ...(maxFailedIndexes === undefined ? [requiredValue('spec.maxFailedIndexes', missing)] : []),
    ...(parallelism > LIMIT_FOR_HIGH_COMPLETIONS
      ? [invalidValue('spec.parallelism', parallelism, detail)]
      : []),
    ...((maxFailedIndexes ?? 0) > LIMIT_FOR_HIGH_COMPLETIONS
      ? [invalidValue('spec.maxFailedIndexes', maxFailedIndexes, detail)]
      : []),
  ];
}

/** @see Source: kubernetes `apimachinery/pkg/util/validation/validation.go`, `IsDomainPrefixedPath`. */
function managedByFaults(managedBy: string | undefined): readonly FieldError[] {
  if (managedBy === undefined) return [];
  const field = 'spec.managedBy';
  const tooLong =
    managedBy.length > MAX_MANAGED_BY_BYTES ? [tooLongValue(field, MAX_MANAGED_BY_BYTES)] : [];
  if (managedBy === '') return [requiredValue(field), ...tooLong];
  const slash = managedBy.indexOf('/');
  if (slash <= 0 || slash === managedBy.length - 1) {
    const detail = 'must be a domain-prefixed path (such as "acme.io/foo")';
    return [invalidValue(field, managedBy, detail), ...tooLong];
  }
  const [host, path] = [managedBy.slice(0, slash), managedBy.slice(slash + 1)];
  return [
    ...subdomainFaults(host).map((fault) => invalidValue(field, host, fault)),
    ...(HTTP_PATH.test(path)
      ? []
      : [invalidValue(field, path, `Invalid path (regex used for validation is '${PATH_FORM}')`)]),
    ...tooLong,
  ];
}

function replacementPolicyFaults(spec: JobSpec): readonly FieldError[] {
  const { podReplacementPolicy: policy, podFailurePolicy } = spec;
  if (policy === undefined) return [];
  const allowed: readonly string[] =
    podFailurePolicy === undefined ? REPLACEMENT_POLICIES : ['Failed'];
  return allowed.includes(policy)
    ? []
    : [unsupportedValue('spec.podReplacementPolicy', policy, allowed)];
}

function jobTemplateFaults({ template, podFailurePolicy }: JobSpec): readonly FieldError[] {
  return [...podTemplateFaults(template), ...restartPolicyFaults(template, podFailurePolicy)];
}

function podTemplateFaults({ metadata, spec }: PodTemplateSpec): readonly FieldError[] {
  const field = 'spec.template';
  return [
    ...labelsFaults(`${field}.labels`, metadata?.labels),
    ...annotationFaults(`${field}.annotations`, metadata?.annotations),
    ...podSpecFaults(`${field}.spec`, spec),
  ];
}

function restartPolicyFaults(
  template: PodTemplateSpec,
  podFailurePolicy: JobSpec['podFailurePolicy'],
): readonly FieldError[] {
  const field = 'spec.template.spec.restartPolicy';
  const policy: string = template.spec.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') {
    return [requiredValue(field, 'valid values: "OnFailure", "Never"')];
  }
  if (policy !== 'OnFailure' && policy !== 'Never') {
    return [unsupportedValue(field, policy, ['OnFailure', 'Never'])];
  }
  if (podFailurePolicy === undefined || policy === 'Never') return [];
  const detail = 'only "Never" is supported when podFailurePolicy is specified';
  return [invalidValue(field, policy, detail)];
}
