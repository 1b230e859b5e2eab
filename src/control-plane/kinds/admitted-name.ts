/** What admission calls an object that may have no name yet. */
import type { KubeObject } from '../../core/objects.js';

/**
 * The name, or the base of the one that is to be generated.
 *
 * @see Source: kubernetes `apiserver/pkg/admission/errors.go`, `extractResourceName`.
 */
export function admittedName({ metadata }: KubeObject): string {
  const name: string | undefined = metadata.name;
  return name ?? metadata.generateName ?? 'Unknown';
}
