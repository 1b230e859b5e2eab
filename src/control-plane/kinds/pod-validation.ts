/** Faults of pods. */
import type { Container, Pod } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { isEqualJson } from '../api-machinery/equality.js';
import { forbiddenValue, invalidValue } from '../field-error.js';
import { isIpAddress } from './ip-address.js';
import { textOf } from '../schema/json.js';
import { podAnnotationFaults } from './pod-annotations.js';
import { podSpecFaults } from './pod-spec-validation.js';

/** Faults of a pod in itself. */
export function podFaults(pod: Pod): readonly FieldError[] {
  return [
    ...podAnnotationFaults('metadata.annotations', pod.metadata.annotations, pod.spec),
    ...podSpecFaults('spec', pod.spec),
    ...imageFaults('spec.containers', pod.spec.containers ?? []),
    ...imageFaults('spec.initContainers', pod.spec.initContainers ?? []),
  ];
}

/** Looked at in pods alone, not in templates. @see Source: `validation.go`, `validateContainerOnlyForPod`. */
function imageFaults(field: string, containers: readonly Container[]): readonly FieldError[] {
  return containers.flatMap(({ image }, index) =>
    textOf(image).trim() === textOf(image)
      ? []
      : [
          invalidValue(
            `${field}[${index}].image`,
            image,
            'must not have leading or trailing whitespace',
          ),
        ],
  );
}

const MUTABLE_MESSAGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/**
 * Faults of a change of a pod: hardly anything of its spec may change.
 *
 * @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidatePodUpdate`.
 */
export function podUpdateFaults(pod: Pod, old: Pod): readonly FieldError[] {
  const faults: FieldError[] = [];
  const kept = old.spec.tolerations ?? [];
  const tolerations = pod.spec.tolerations ?? [];
  const isTolerationKept = kept.every((one) =>
    tolerations.some((other) =>
      isEqualJson({ ...one, tolerationSeconds: 0 }, { ...other, tolerationSeconds: 0 }),
    ),
  );
  if (!isTolerationKept) {
    faults.push(
      forbiddenValue(
        'spec.tolerations',
        'existing toleration can not be modified except its tolerationSeconds',
      ),
    );
  }
  if (!isEqualJson(withoutMutable(pod), withoutMutable(old))) {
    faults.push(forbiddenValue('spec', MUTABLE_MESSAGE));
  }
  return faults;
}

/** Faults of a pod's status. */
export function podStatusFaults(pod: Pod): readonly FieldError[] {
  return (pod.status?.podIPs ?? []).flatMap(({ ip }, index) =>
    isIpAddress(ip)
      ? []
      : [
          invalidValue(
            `status.podIPs[${index}]`,
            ip,
            'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
          ),
        ],
  );
}

function withoutMutable({ spec }: Pod): unknown {
  return {
    ...spec,
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    schedulingGates: undefined,
    containers: spec.containers.map(withoutImage),
    initContainers: (spec.initContainers ?? []).map(withoutImage),
  };
}

function withoutImage(container: Container): Container {
  return { ...container, image: '' };
}
