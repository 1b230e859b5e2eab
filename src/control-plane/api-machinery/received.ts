/** Objects on their way from a client to the store. */
import type { KubeObject } from '../../core/objects.js';
import type { Conversion, Draft, Kind } from '../kinds/kind.js';
import type { ManagedFields } from './field-ownership.js';

/**
 * What a client sent, in the stored version. The defaults of that version are set before validation, or
 * after it when the object came in another version: upstream's come when it is read from storage.
 */
export interface Received {
  readonly kind: Kind;
  readonly draft: Draft<KubeObject>;
  /** Present: it came in another version. */
  readonly conversion: Conversion | undefined;
  /** As it came, in its own version. */
  readonly given: GivenObject;
}

/** An object as it came, and what it says of the owners of its fields. */
export interface GivenObject {
  readonly kind: Kind;
  readonly draft: Draft<KubeObject>;
  readonly managedFields: unknown;
}

/** What a write would store. */
export interface Change {
  readonly draft: Draft<KubeObject>;
  readonly managedFields: ManagedFields;
}
