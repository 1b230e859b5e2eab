/** The admission of priorities: pods get the number behind the name of their class. */
import type { Pod } from '../../core/objects.js';
import type { PriorityClass } from '../../core/quota-objects.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import { admittedName } from '../kinds/admitted-name.js';
import type { Draft } from '../kinds/kind.js';
import { PODS, PRIORITY_CLASSES } from '../resources.js';

/**
 * Resolves `priorityClassName` (or the default class) into `priority` and `preemptionPolicy`.
 *
 * @throws {ApiError} 403 when there is no such class, or when the pod says something else.
 * @see Source: kubernetes `plugin/pkg/admission/priority/admission.go`, `admitPod`.
 */
export function resolvePriority(pod: Draft<Pod>, api: KubeApi): void {
  const { spec } = pod;
  const refuse = (message: string): ApiError =>
    ApiError.forbidden(PODS, admittedName(pod), { message });
  const found = classOf(spec.priorityClassName ?? '', api);
  if (found === undefined && (spec.priorityClassName ?? '') !== '') {
    throw refuse(`no PriorityClass with name ${spec.priorityClassName ?? ''} was found`);
  }
  const value = found?.value ?? 0;
  const policy = found?.preemptionPolicy === 'Never' ? 'Never' : 'PreemptLowerPriority';
  if (found !== undefined) spec.priorityClassName = found.metadata.name;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuse(
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  spec.preemptionPolicy = policy;
}

/** The class of a name, or the default one for no name; undefined when there is none. */
function classOf(name: string, api: KubeApi): PriorityClass | undefined {
  if (name !== '') return api.get(PRIORITY_CLASSES, { namespace: '', name });
  return defaultClass(api);
}

/** Of several defaults, the one of the lowest value counts. */
function defaultClass(api: KubeApi): PriorityClass | undefined {
  return api
    .list(PRIORITY_CLASSES)
    .items.filter(({ globalDefault }) => globalDefault === true)
    .toSorted((a, b) => a.value - b.value)[0];
}

/**
 * Refuses a second default class.
 *
 * @param old - the class as it is; undefined for a new one.
 * @throws {ApiError} 403.
 * @see Source: `admission.go`, `validatePriorityClass`.
 */
export function refuseSecondDefault(
  object: PriorityClass,
  old: PriorityClass | undefined,
  api: KubeApi,
): void {
  if (object.globalDefault !== true) return;
  const present = defaultClass(api);
  if (present === undefined) return;
  const { name } = object.metadata;
  if (old !== undefined && present.metadata.name === name) return;
  throw ApiError.forbidden(PRIORITY_CLASSES, name, {
    message: `PriorityClass ${present.metadata.name} is already marked as default. Only one default can exist`,
  });
}
