/** Faults of changes of pods: hardly anything of their specs may change. */
import type { Container, Pod, PodSpec } from '../../core/objects.js';
import type { NodeSelectorTerm } from '../../core/scheduling-objects.js';
import type { FieldError } from '../api-error.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { forbiddenValue, invalidValue } from '../field-error.js';
import { jsonObjects, textOf } from '../schema/json.js';

const MUTABLE_MESSAGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/**
 * Faults of a change of a pod. A pod that waits for a gate may be narrowed to fewer nodes.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidatePodUpdate`.
 */
export function podUpdateFaults({ spec }: Pod, { spec: old }: Pod): readonly FieldError[] {
  for (const list of ['containers', 'initContainers'] as const) {
    if ((spec[list] ?? []).length === (old[list] ?? []).length) continue;
    return [forbiddenValue(`spec.${list}`, 'pod updates may not add or remove containers')];
  }
  const deadline = deadlineFault(spec.activeDeadlineSeconds, old.activeDeadlineSeconds);
  // a deadline that is removed is told beside all else, any other fault of it alone
  if (deadline !== undefined && spec.activeDeadlineSeconds !== undefined) return [deadline];
  const isGated = jsonObjects(old['schedulingGates']).length > 0;
  const faults = [
    ...(deadline === undefined ? [] : [deadline]),
    ...tolerationFaults(spec, old),
    ...gateFaults(spec, old),
    ...(isGated ? [...selectorFaults(spec, old), ...affinityFaults(spec, old)] : []),
  ];
  if (!isEqualJson(withoutMutable(spec, old, isGated), withoutMutable(old, old, isGated))) {
    faults.push(forbiddenValue('spec', MUTABLE_MESSAGE));
  }
  return faults;
}

/** It may be set, and become shorter. */
function deadlineFault(
  seconds: number | undefined,
  before: number | undefined,
): FieldError | undefined {
  if (before === undefined || seconds === before) return undefined;
  const field = 'spec.activeDeadlineSeconds';
  if (seconds === undefined) {
    return invalidValue(field, null, 'must not update from a positive integer to nil value');
  }
  if (seconds < before) return undefined;
  return invalidValue(field, seconds, 'must be less than or equal to previous value');
}

/** @see Source: `validation.go`, `validateOnlyAddedTolerations`. */
function tolerationFaults(spec: PodSpec, old: PodSpec): readonly FieldError[] {
  const isKept = (old.tolerations ?? []).every((one) =>
    (spec.tolerations ?? []).some((other) =>
      isEqualJson({ ...one, tolerationSeconds: 0 }, { ...other, tolerationSeconds: 0 }),
    ),
  );
  if (isKept) return [];
  const detail = 'existing toleration can not be modified except its tolerationSeconds';
  return [forbiddenValue('spec.tolerations', detail)];
}

/** @see Source: `validation.go`, `validateOnlyDeletedSchedulingGates`. */
function gateFaults(spec: PodSpec, old: PodSpec): readonly FieldError[] {
  const before = new Set(jsonObjects(old['schedulingGates']).map(({ name }) => textOf(name)));
  return jsonObjects(spec['schedulingGates']).flatMap((gate, index) => {
    const name = textOf(gate['name']);
    if (before.has(name)) return [];
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbiddenValue(`spec.schedulingGates[${index}].name`, detail)];
  });
}

/** @see Source: `validation.go`, `validateNodeSelectorMutation`. */
function selectorFaults(spec: PodSpec, old: PodSpec): readonly FieldError[] {
  const { nodeSelector = {} } = spec;
  const isKept = Object.entries(old.nodeSelector ?? {}).every(
    ([key, value]) => nodeSelector[key] === value,
  );
  if (isKept) return [];
  const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
  return [invalidValue('spec.nodeSelector', spec.nodeSelector, detail)];
}

/** @see Source: `validation.go`, `validateNodeAffinityMutation`. */
function affinityFaults(spec: PodSpec, old: PodSpec): readonly FieldError[] {
  const before = old.affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const terms = spec.affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const field = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
  if (before.length === 0) return [];
  if (before.length !== terms.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    return [invalidValue(field, terms, detail)];
  }
  return terms.flatMap((term, index) => {
    const was = before[index];
    if (was === undefined || isNarrowed(term, was)) return [];
    const detail = 'only additions are allowed (no mutations or deletions)';
    return [invalidValue(`${field}[${index}]`, term, detail)];
  });
}

/** An empty term selects nothing: what it is given would widen it. */
function isNarrowed(term: NodeSelectorTerm, was: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const;
  if (lists.every((list) => (was[list] ?? []).length === 0)) return isEqualJson(term, was);
  return lists.every((list) =>
    (was[list] ?? []).every((requirement, index) =>
      isEqualJson(requirement, term[list]?.[index] ?? null),
    ),
  );
}

/** What must be as it was. */
function withoutMutable(spec: PodSpec, old: PodSpec, isGated: boolean): unknown {
  const { terminationGracePeriodSeconds: before = 0 } = old;
  const isMended = before < 0 && spec.terminationGracePeriodSeconds === 1;
  return {
    ...spec,
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    schedulingGates: undefined,
    containers: spec.containers.map(withoutImage),
    initContainers: (spec.initContainers ?? []).map(withoutImage),
    ...(isMended ? { terminationGracePeriodSeconds: before } : {}),
    ...(isGated ? { nodeSelector: undefined, affinity: withoutNodeAffinity(spec) } : {}),
  };
}

function withoutNodeAffinity({ affinity = {} }: PodSpec): unknown {
  const { nodeAffinity: _, ...rest } = affinity;
  return rest;
}

function withoutImage(container: Container): Container {
  return { ...container, image: '' };
}
