/** Stored objects in the version in which they are asked for. */
import type { KubeObject } from '../../core/objects.js';
import type { Kind } from '../kinds/kind.js';

/** Objects in versions that are not the stored one; made once for each object. */
const SHOWN = new WeakMap<Kind, WeakMap<KubeObject, KubeObject>>();

/** A stored object in the version of `kind`. */
export function shownAs(kind: Kind, object: KubeObject): KubeObject {
  const { conversion } = kind;
  if (conversion === undefined) return object;
  const known = SHOWN.get(kind) ?? new WeakMap<KubeObject, KubeObject>();
  SHOWN.set(kind, known);
  const shown = known.get(object) ?? conversion.fromStored(object);
  known.set(object, shown);
  return shown;
}
