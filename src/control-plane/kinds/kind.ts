/** What the API machinery must know about a kind: its type, its rules and how it is shown. */
import type { KubeObject, Service } from '../../core/objects.js';
import type { Random } from '../../core/random.js';
import type { EpochMs } from '../../time/clock.js';
import type { FieldError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import type { Resource } from '../resources.js';
import { copyJson } from '../schema/json.js';
import type { StructType } from '../schema/types.js';

/** A value that is still being made: as `T`, but writable all through. */
export type Draft<T> = T extends readonly (infer U)[]
  ? Draft<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Draft<T[K]> }
    : T;

/** A copy of a value that may be written to. */
export function draftCopy<T>(value: T): Draft<T> {
  const copy: unknown = copyJson(value);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same value, only writable
  return copy as Draft<T>;
}

/** What rules may look at beside the object. */
export interface WriteContext {
  readonly api: KubeApi;
  readonly nowMs: EpochMs;
  readonly random: Random;
  /** Addresses and ports of Services; see {@link ServiceAllocator}. */
  readonly services: ServiceAllocator;
  /** EndpointSlices may hold 127.0.0.0/8, where the embedded cluster's pods are. */
  readonly isLoopbackAllowed: boolean;
}

/** Gives out cluster IPs and node ports and knows which are taken. */
export interface ServiceAllocator {
  /** Completes the addresses and ports of a Service. Throws `ApiError` 422 when one is taken. */
  allocate(service: Draft<Service>, previous: Service | undefined): void;
}

/** One column of `kubectl get`. */
export interface TableColumn<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean' | 'number';
  readonly format?: string;
  readonly description: string;
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: number;
  /** The cell, as upstream prints it. */
  cell(object: T, nowMs: EpochMs): string | number | boolean | null;
}

/** Names that upstream's rules allow. */
export type NameRule = 'subdomain' | 'label' | 'label1035' | 'path-segment';

/** What happens to an object that is to be deleted. */
export interface GracefulDeletion {
  /** Seconds until the object may go; 0: at once. */
  readonly gracePeriodSeconds: number;
}

/**
 * A kind. Functions that change an object get a draft of their own; what they are given as `old` or
 * `object` they leave alone.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly type: StructType;
  readonly nameRule: NameRule;
  /** The kind has a `status` subresource: status is dropped on create and kept on update. */
  readonly hasStatus: boolean;
  /** A new object keeps the status that it comes with. */
  readonly isStatusCreated?: boolean;
  /** Present: the kind counts generations, and says whether a change is one of its spec. */
  isNewGeneration?(object: T, old: T): boolean;
  /** The kind has a `scale` subresource over `spec.replicas`, `status.replicas` and `spec.selector`. */
  readonly hasScale?: boolean;
  /** A PUT of what does not exist creates it. */
  readonly isCreatedByUpdate?: boolean;
  /** DELETE answers with the object even when it is gone at once. */
  readonly isReturnedByDelete?: boolean;
  /** Fills in defaults. Runs on everything that comes in, patches too. */
  setDefaults?(draft: Draft<T>): void;
  /**
   * Admission that changes a new object. It comes first: the object may have no name yet but one that is to
   * be generated. May refuse it.
   */
  admit?(draft: Draft<T>, context: WriteContext): void;
  /** Sets what only the server may set in a new object. */
  prepareCreate?(draft: Draft<T>, context: WriteContext): void;
  /** Puts back what an update may not touch. */
  prepareUpdate?(draft: Draft<T>, old: T, context: WriteContext): void;
  /** Puts back what an update of the status may not touch; absent: everything but the status. */
  prepareStatusUpdate?(draft: Draft<T>, old: T): void;
  /** Carries out the subresources `binding` and `finalize`: the draft is a copy of `old` to change. */
  applySubresource?(
    draft: Draft<T>,
    change: { readonly subresource: 'binding' | 'finalize'; readonly object: T },
    context: WriteContext,
  ): void;
  /** Takes what only one object may have (addresses, ports), after validation. */
  reserve?(draft: Draft<T>, old: T | undefined, context: WriteContext): void;
  /** Whether a deletion may end now, beside finalizers and grace; absent: yes. */
  isDeletable?(object: T): boolean;
  /** Throws when an object must not be deleted at all. */
  refuseDeletion?(object: T): void;
  /** Marks an object whose deletion begins (a namespace becomes Terminating). */
  beginDeletion?(draft: Draft<T>): void;
  /** What becomes of dependents when the request does not say; absent: `Background`. */
  readonly defaultPropagation?: 'Background' | 'Orphan';
  /** What a DELETE that says nothing of dependents is warned of. */
  readonly deletionWarning?: string;
  /** A PUT must name the version that it replaces. */
  readonly isVersionRequired?: boolean;
  /** Faults of the object in itself. */
  validate?(object: T, context: WriteContext): readonly FieldError[];
  /** What a client is to be warned of in an object that is accepted. */
  warnings?(object: T): readonly string[];
  /** As `warnings`, for new objects alone. */
  createWarnings?(object: T): readonly string[];
  /** Faults of the change; runs beside `validate`. */
  validateUpdate?(object: T, old: T, context: WriteContext): readonly FieldError[];
  validateStatus?(object: T, old: T): readonly FieldError[];
  /** Present: objects of this kind may be deleted with grace. */
  gracefulDeletion?(object: T, requestedSeconds: number | undefined): GracefulDeletion;
  /** Fields that a field selector may name, beside `metadata.name` and `metadata.namespace`. */
  selectableFields?(object: T): Readonly<Record<string, string>>;
  /** What a field selector is told that names another; absent: upstream's usual words. */
  unknownFieldMessage?(field: string): string;
  readonly columns: readonly TableColumn<T>[];
  /** Present: every request about the kind is answered with this warning. */
  readonly deprecation?: string;
  /** Present: the kind is a version that is not the stored one. */
  readonly conversion?: Conversion;
}

/**
 * How a version of a kind becomes the stored one and back. Such a kind has a type, a resource and
 * defaults of its own; everything else (rules, columns) is the stored kind's.
 */
export interface Conversion {
  readonly stored: Kind;
  /** The object in the stored version, not yet canonical. */
  toStored(object: KubeObject): KubeObject;
  /** A stored object in this version. */
  fromStored(object: KubeObject): KubeObject;
  /**
   * Faults of what comes in this version, in place of those the stored kind finds.
   *
   * @param object - as it would be stored; `old`: as it is, undefined for a new one.
   */
  faults?(object: KubeObject, old: KubeObject | undefined): readonly FieldError[];
}

/** The kind whose rules hold: the kind itself, or the one its objects are stored as. */
export function storedKind(kind: Kind): Kind {
  return kind.conversion?.stored ?? kind;
}
