/** What stands in the way of a container's image, in upstream's words. */
import type { Container } from '../../core/objects.js';
import type { EventType } from '../event-recorder.js';

/** Why a container waits for its image. */
export interface ImageProblem {
  readonly reason: 'InvalidImageName' | 'ErrImageNeverPull' | 'ErrImagePull';
  readonly message: string;
  readonly events: readonly (readonly [type: EventType, reason: string, message: string])[];
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const DOMAIN = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-.]*[a-zA-Z0-9])?|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
/** @see Source: distribution/reference `regexp.go`, `ReferenceRegexp`. */
const REFERENCE = new RegExp(
  `^(?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*(?::[\\w][\\w.-]{0,127})?` +
    '(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$',
);

/**
 * The problem with an image; absent when there is none.
 *
 * @param fault - why the runtime cannot have it; absent: it is there.
 * @see Source: kubernetes 1.36 `pkg/kubelet/images/image_manager.go`, `EnsureImageExists`.
 */
export function imageProblem(
  { image, imagePullPolicy }: Container,
  fault: string | undefined,
): ImageProblem | undefined {
  if (!REFERENCE.test(image)) {
    const why = /[A-Z]/.test(image.split(/[:@]/)[0] ?? '')
      ? 'invalid reference format: repository name must be lowercase'
      : 'invalid reference format';
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${why}`;
    return problem('InvalidImageName', message, [['Warning', 'InspectFailed', message]]);
  }
  if (fault === undefined) return undefined;
  if (imagePullPolicy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    return problem('ErrImageNeverPull', message, [['Warning', 'ErrImageNeverPull', message]]);
  }
  return problem('ErrImagePull', fault, [
    ['Normal', 'Pulling', `Pulling image "${image}"`],
    ['Warning', 'Failed', `Failed to pull image "${image}": ${fault}`],
  ]);
}

function problem(
  reason: ImageProblem['reason'],
  message: string,
  events: ImageProblem['events'],
): ImageProblem {
  return { reason, message, events: [...events, ['Warning', 'Failed', `Error: ${reason}`]] };
}
