/** Faults of pods. */
import type { Container, Pod } from '../../core/objects.js';
import type { FieldError } from '../api-error.js';
import { invalidValue } from '../field-error.js';
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
