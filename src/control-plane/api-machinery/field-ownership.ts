/** Keeps `metadata.managedFields` of what is written. */
import { kubeTime } from '../../core/kube-time.js';
import { utf8Length } from '../../core/utf8-length.js';
import type { KubeObject } from '../../core/objects.js';
import type { Clock } from '../../time/clock.js';
import type { FieldError } from '../api-error.js';
import { storedKind } from '../kinds/kind.js';
import type { Kind } from '../kinds/kind.js';
import type { KindRegistry } from '../kinds/registry.js';
import { EMPTY_SET, setOf } from '../managed-fields/field-set.js';
import type { FieldSet } from '../managed-fields/field-set.js';
import { managedByApply } from '../managed-fields/managed-by-apply.js';
import type { AppliedResult } from '../managed-fields/managed-by-apply.js';
import { managedByUpdate } from '../managed-fields/managed-by-update.js';
import { managerNameFaults } from '../managed-fields/manager-name.js';
import { isWritten } from '../managed-fields/managers.js';
import type { ManagedFieldsEntry } from '../managed-fields/managers.js';
import type { Operation } from '../managed-fields/ownership.js';
import { fieldElement } from '../managed-fields/path-element.js';
import { SCALE_VERSION, ownersAfterScale, ownersOfScale } from '../managed-fields/scale-owners.js';
import type { Versioned } from '../managed-fields/versioned.js';
import { decode } from '../schema/decode.js';
import type { DecodeReport } from '../schema/decode.js';
import { isJsonObject, valueAt } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { MANAGED_FIELDS_ONLY, SCALE } from '../schema/meta-types.js';
import type { GivenObject } from './received.js';
import { decodedDraft } from './typed.js';

/** Entries of `metadata.managedFields`; undefined: there are none. */
export type ManagedFields = readonly ManagedFieldsEntry[] | undefined;

/** Who writes, and through what. */
export interface Writer {
  /** '' or absent: nobody said. */
  readonly fieldManager?: string | undefined;
  /** Absent: the object itself. */
  readonly subresource?: string | undefined;
}

/** A write whose owners are wanted. */
export interface OwnedWrite {
  /** In the version of the request. */
  readonly kind: Kind;
  /** Stored object; undefined: there is none yet. */
  readonly old: KubeObject | undefined;
  readonly writer: Writer;
}

/** The name of whoever does not say who he is. */
const UNKNOWN = 'unknown';

/** Computes owners for the API; holds nothing but what it needs to convert. */
export class FieldOwnership {
  readonly #kinds: KindRegistry;
  readonly #clock: Clock;
  /** The second last printed. */
  #printed = { second: Number.NaN, time: '' };

  constructor(kinds: KindRegistry, clock: Clock) {
    this.#kinds = kinds;
    this.#clock = clock;
  }

  /** Owners after a create, an update or a patch, of the object or through a subresource. */
  after(write: OwnedWrite, { draft, managedFields }: GivenObject): ManagedFields {
    return write.writer.subresource === 'scale'
      ? this.afterScale(write, draft)
      : this.afterUpdate(write, draft, managedFields);
  }

  /**
   * Owners after a create, an update or a patch.
   *
   * @param next - the object in the version of the request, with its defaults.
   * @param given - `metadata.managedFields` as the request has it.
   */
  afterUpdate(write: OwnedWrite, next: KubeObject, given: unknown): ManagedFields {
    const { kind, old, writer } = write;
    const operation = this.#operation(kind, writer);
    return managedByUpdate(
      {
        live: old === undefined ? undefined : asJson(inVersion(kind, old)),
        liveEntries: old?.metadata.managedFields,
        next: asJson(next),
        givenEntries: given,
      },
      operation,
    );
  }

  /** Owners after the count of replicas was written through the scale subresource. */
  afterScale(write: OwnedWrite, next: KubeObject): ManagedFields {
    const { kind, old, writer } = write;
    const entries = old?.metadata.managedFields;
    const apiVersion = versionOf(kind);
    const scaleEntries = ownersOfScale(entries, apiVersion);
    const after = managedByUpdate(
      {
        live: scaleFields(old),
        liveEntries: scaleEntries,
        next: scaleFields(next),
        givenEntries: scaleEntries,
      },
      this.#scaleOperation(writer),
    );
    return ownersAfterScale(entries, after, apiVersion);
  }

  /** The object and its owners after an apply. @throws {ApiError} 400, 409 or 500. */
  afterApply(write: OwnedWrite, applied: JsonObject, isForced: boolean): AppliedResult {
    const { kind, old, writer } = write;
    const live = old === undefined ? undefined : withoutOwners(asJson(inVersion(kind, old)));
    const liveEntries = old?.metadata.managedFields;
    return managedByApply({ live, liveEntries, applied, isForced }, this.#operation(kind, writer));
  }

  /**
   * The scale of an object after an apply, and the owners of the object. @throws {ApiError} 400, 409 or 500.
   *
   * @param scale - the scale as it is.
   */
  afterScaleApply(
    write: OwnedWrite,
    scale: JsonObject,
    request: { readonly applied: JsonObject; readonly isForced: boolean },
  ): AppliedResult {
    const { kind, old, writer } = write;
    const entries = old?.metadata.managedFields;
    const apiVersion = versionOf(kind);
    const { object, managedFields } = managedByApply(
      { ...request, live: scale, liveEntries: ownersOfScale(entries, apiVersion) },
      this.#scaleOperation(writer),
    );
    return { object, managedFields: ownersAfterScale(entries, managedFields, apiVersion) };
  }

  #operation(kind: Kind, { fieldManager = '', subresource = '' }: Writer): Operation {
    return {
      manager: fieldManager === '' ? UNKNOWN : fieldManager,
      subresource,
      apiVersion: versionOf(kind),
      type: kind.type,
      time: this.#time(),
      convert: (object, apiVersion) => this.#converted(kind, object, apiVersion),
      resetFields: resetFields(kind, subresource),
    };
  }

  #scaleOperation({ fieldManager = '' }: Writer): Operation {
    return {
      manager: fieldManager === '' ? UNKNOWN : fieldManager,
      subresource: 'scale',
      apiVersion: SCALE_VERSION,
      type: SCALE,
      time: this.#time(),
      convert: (object, apiVersion) => (apiVersion === SCALE_VERSION ? object : undefined),
      resetFields: EMPTY_SET,
    };
  }

  /** Now, as `metav1.Time` prints it. */
  #time(): string {
    const nowMs = this.#clock.now();
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.#printed.second) this.#printed = { second, time: kubeTime(nowMs) };
    return this.#printed.time;
  }

  /** @see Source: `managedfields/internal/versionconverter.go`, `Convert`. */
  #converted(kind: Kind, object: Versioned, apiVersion: string): Versioned | undefined {
    if (object.apiVersion === apiVersion) return object;
    const stored = storedKind(kind);
    const kinds = this.#kinds.all.filter((other) => storedKind(other) === stored);
    const from = kinds.find((other) => versionOf(other) === object.apiVersion);
    const to = kinds.find((other) => versionOf(other) === apiVersion);
    if (from === undefined || to === undefined) return undefined;
    const hub =
      from.conversion === undefined
        ? object.value
        : asJson(from.conversion.toStored(decodedDraft(decode(from.type, object.value))));
    const typed = decodedDraft(decode(stored.type, hub));
    return { apiVersion, type: to.type, value: asJson(inVersion(to, typed)) };
  }
}

/**
 * Fields that a write of the kind does not change whatever it says.
 *
 * @see Source: kubernetes `pkg/registry`, `GetResetFields` of each kind's strategies.
 */
function resetFields(kind: Kind, subresource: string): FieldSet {
  const stored = storedKind(kind);
  if (subresource === 'status') {
    return STATUS_RESETS.get(`${stored.resource.plural}.${stored.resource.group}`) ?? SPEC_RESET;
  }
  return stored.hasStatus ? STATUS_RESET : EMPTY_SET;
}

const SPEC = [fieldElement('spec')];
const METADATA = fieldElement('metadata');
const STATUS_RESET = setOf([fieldElement('status')]);
const SPEC_RESET = setOf(SPEC);
/** Kinds whose status subresource leaves more alone than the spec. */
const STATUS_RESETS: ReadonlyMap<string, FieldSet> = new Map([
  ['deployments.apps', setOf(SPEC, [METADATA, fieldElement('labels')])],
  [
    'pods.',
    setOf(
      SPEC,
      [METADATA, fieldElement('deletionTimestamp')],
      [METADATA, fieldElement('ownerReferences')],
    ),
  ],
]);

function versionOf({ resource }: Kind): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

function inVersion(kind: Kind, object: KubeObject): KubeObject {
  return kind.conversion === undefined ? object : kind.conversion.fromStored(object);
}

function asJson(object: KubeObject): JsonObject {
  const value: unknown = object;
  return isJsonObject(value) ? value : {};
}

/** The part of a Scale that somebody can own. */
function scaleFields(object: KubeObject | undefined): JsonObject {
  const replicas = valueAt(object, ['spec', 'replicas']);
  return { spec: typeof replicas === 'number' && replicas !== 0 ? { replicas } : {} };
}

/** A copy without `metadata.managedFields`. */
function withoutOwners(object: JsonObject): JsonObject {
  const metadata = object['metadata'];
  if (!isJsonObject(metadata) || metadata['managedFields'] === undefined) return object;
  const { managedFields: _owners, ...others } = metadata;
  return { ...object, metadata: others };
}

/** Entries of a stored object: all were written here. */
export function ownersOf({ metadata }: KubeObject): ManagedFields {
  const { managedFields } = metadata;
  return isWritten(managedFields) ? managedFields : undefined;
}

/** Longest name of a subresource, in bytes. */
const MAX_SUBRESOURCE_BYTES = 256;

/**
 * Faults of entries that a client wrote.
 *
 * @param given - as the request has them; `entries`: as they would be stored.
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/validation/validation.go`, `ValidateManagedFields`.
 */
export function ownersFaults(given: unknown, entries: ManagedFields): readonly FieldError[] {
  if (given === undefined || isWritten(given)) return [];
  return (entries ?? []).flatMap((entry, index) => entryFaults(entry, index));
}

function entryFaults(
  { manager = '', subresource = '' }: ManagedFieldsEntry,
  index: number,
): readonly FieldError[] {
  const field = `metadata.managedFields[${index}]`;
  const faults = managerNameFaults(`${field}.manager`, manager);
  if (utf8Length(subresource) <= MAX_SUBRESOURCE_BYTES) return faults;
  const message = `Too long: may not be more than ${MAX_SUBRESOURCE_BYTES} bytes`;
  return [...faults, { reason: 'FieldValueTooLong', field: `${field}.subresource`, message }];
}

/** An object and what it says of its owners, apart. */
export interface Apart {
  readonly object: unknown;
  /** Decoded; undefined: it says nothing. */
  readonly managedFields: unknown;
}

/**
 * Takes owners out of an object before it is decoded: most of what is written carries entries that were
 * written here, and need no second look.
 *
 * @throws {DecodeError} when they have the wrong JSON types.
 */
export function takenApart(object: unknown, report: DecodeReport | undefined): Apart {
  if (!isJsonObject(object)) return { object, managedFields: undefined };
  const managedFields = valueAt(object, ['metadata', 'managedFields']);
  if (managedFields === undefined || managedFields === null) {
    return { object, managedFields: undefined };
  }
  const bare = withoutOwners(object);
  if (isWritten(managedFields)) return { object: bare, managedFields };
  const decoded = decode(
    MANAGED_FIELDS_ONLY,
    { metadata: { managedFields } },
    { report, keepsEmpty: true },
  );
  return { object: bare, managedFields: valueAt(decoded, ['metadata', 'managedFields']) };
}
