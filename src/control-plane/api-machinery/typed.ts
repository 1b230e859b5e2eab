/** The one place where the store's objects get the type of their resource. */
import type { KubeObject } from '../../core/objects.js';
import type { ListResult, WatchEvent } from '../api.js';
import type { Resource } from '../resources.js';
import type { Draft } from '../kinds/kind.js';
import type { JsonObject } from '../schema/json.js';

/** An object from the table of `resource`, which holds only objects decoded as its kind. */
export function typedObject<T extends KubeObject>(_resource: Resource<T>, object: KubeObject): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- decoded as the resource's kind before it was stored
  return object as T;
}

/** As {@link typedObject}, for a list. */
export function typedList<T extends KubeObject>(
  _resource: Resource<T>,
  list: ListResult<KubeObject>,
): ListResult<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- decoded as the resource's kind before they were stored
  return list as ListResult<T>;
}

/** A listener for objects of `resource` as one the store can call. */
export function untypedListener<T extends KubeObject>(
  _resource: Resource<T>,
  listener: (event: WatchEvent<T>) => void,
): (event: WatchEvent) => void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is only told of changes of its own resource
  return listener as (event: WatchEvent) => void;
}

/** What decoding gave, as a draft: every kind's type has apiVersion, kind and metadata. */
export function decodedDraft(decoded: JsonObject): Draft<KubeObject> {
  const draft: unknown = decoded;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every kind's type is made by objectType
  return draft as Draft<KubeObject>;
}
