/** Which container of a pod a request is about. */
import type { Pod } from '../../../core/objects.js';
import { ApiError } from '../../api-error.js';

/**
 * The container that was named, or the only one.
 *
 * @param wanted - '' when none was named.
 * @throws {ApiError} 400 when it is not one of the pod's, or not clear.
 * @see Source: kubernetes `pkg/registry/core/pod/strategy.go`, `validateContainer`.
 */
export function chosenContainer(pod: Pod, wanted: string): string {
  const { name } = pod.metadata;
  const own = pod.spec.containers.map((container) => container.name);
  const init = (pod.spec.initContainers ?? []).map((container) => container.name);
  if (wanted !== '') {
    if (own.includes(wanted) || init.includes(wanted)) return wanted;
    throw ApiError.badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  const [only] = own;
  if (own.length === 1 && only !== undefined) return only;
  const others = init.length === 0 ? '' : ` or one of the init containers: [${init.join(' ')}]`;
  throw ApiError.badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${own.join(' ')}]${others}`,
  );
}
