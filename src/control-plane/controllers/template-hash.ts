/** The hash of a pod template that names the ReplicaSets of a Deployment. */
import type { PodTemplateSpec } from '../../core/objects.js';

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'; // apimachinery/pkg/util/rand/rand.go

/**
 * Up to ten letters that depend on the template and, after a collision, on how many there were.
 * Equal templates give equal hashes; the values differ from upstream's, which hashes Go's own print
 * of the structure.
 *
 * @see Source: kubernetes `pkg/controller/controller_utils.go`, `ComputeHash` (FNV-1a, 32 bits).
 */
export function templateHash(
  template: PodTemplateSpec,
  collisionCount: number | undefined,
): string {
  const text = `${canonicalJson(template)}${collisionCount === undefined ? '' : `/${collisionCount}`}`;
  return String(fnv1a(text)).replace(/\d/g, (digit) => LETTERS.charAt(digit.charCodeAt(0) % 27));
}

function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

/** JSON with sorted keys. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
