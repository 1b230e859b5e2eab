/** What the API machinery is made with, and what its writes take and give. */
import type { KubeObject } from '../../core/objects.js';
import type { Random } from '../../core/random.js';
import type { Clock } from '../../time/clock.js';
import type { WriteOptions } from '../api.js';
import type { KindRegistry } from '../kinds/registry.js';
import type { DecodeReport } from '../schema/decode.js';
import type { JsonObject } from '../schema/json.js';
import type { ObjectStore } from '../store/object-store.js';
import type { ManagedFields } from './field-ownership.js';

/** What the API needs from outside. */
export interface ApiMachineryOptions {
  readonly clock: Clock;
  /** For uids and generated names. */
  readonly random: Random;
  readonly kinds?: KindRegistry;
  readonly store?: ObjectStore;
  /**
   * Whether EndpointSlices may hold loopback addresses, which upstream refuses. True by default: the
   * embedded cluster's pods live there.
   */
  readonly isLoopbackAllowed?: boolean;
  /** Where cluster IPs come from; upstream's `10.96.0.0/16` by default. */
  readonly serviceCidr?: string;
  /** False: nobody applies here, so that who owns which field is not tracked. True by default. */
  readonly hasFieldOwners?: boolean;
}

/** Options of writes that come from outside. */
export interface DecodingOptions extends WriteOptions {
  /** Learns of fields that the kind does not have. */
  readonly report?: DecodeReport;
  /** Called when the object was read, before anything is decided; may refuse it. */
  readonly onDecoded?: () => void;
  /** The object is a patched one: another uid is a fault of its own, not a stale write. */
  readonly isPatch?: boolean;
  /** Gets what the client is to be warned of. */
  readonly onWarning?: (text: string) => void;
  /** Owners that were found already; absent: they follow from what the write changes. */
  readonly owners?: { readonly managedFields: ManagedFields };
}

/** How a configuration is applied. */
export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes what others own. */
  readonly isForced: boolean;
  /** Looks at the merged object before anything is written; may refuse it. */
  readonly onMerged: (object: JsonObject) => void;
  readonly onWarning?: (text: string) => void;
}

/** What an apply did. */
export interface ApplyResult<T extends KubeObject> {
  readonly object: T;
  readonly isCreated: boolean;
}

/** What a deletion did. */
export interface DeletionResult {
  /** The object as it is, or as it last was. */
  readonly object: KubeObject;
  /** False: it stays until its grace is over or its finalizers are gone. */
  readonly isGone: boolean;
}
