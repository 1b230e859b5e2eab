/** The API of the control plane: upstream's rules of writing, on top of the object store. */
import { kubeTime } from '../../core/kube-time.js';
import type { KubeObject } from '../../core/objects.js';
import type { Random } from '../../core/random.js';
import type { Cancel, Clock } from '../../time/clock.js';
import { judgeWrite } from '../admission/admission.js';
import { ApiError } from '../api-error.js';
import type {
  DeleteOptions,
  KubeApi,
  ListResult,
  ObjectKey,
  Selection,
  WatchEvent,
  WriteOptions,
} from '../api.js';
import { storedKind } from '../kinds/kind.js';
import type { Draft, Kind, WriteContext } from '../kinds/kind.js';
import { KindRegistry } from '../kinds/registry.js';
import { SYSTEM_PRIORITY_CLASSES } from '../kinds/priority-class.js';
import { keyOf } from '../object-keys.js';
import { PRIORITY_CLASSES, SERVICES } from '../resources.js';
import type { Resource } from '../resources.js';
import { DecodeError } from '../schema/decode.js';
import type { JsonObject } from '../schema/json.js';
import { ObjectStore } from '../store/object-store.js';
import { isDeletedByUpdate, planDeletion } from './deletion.js';
import { FieldOwnership, ownersOf, ownersFaults, takenApart } from './field-ownership.js';
import type { ManagedFields } from './field-ownership.js';
import type { AppliedResult } from '../managed-fields/managed-by-apply.js';
import { metadataFaults, metadataFaultsOfUpdate } from './metadata-rules.js';
import type {
  ApiMachineryOptions,
  ApplyOptions,
  ApplyResult,
  DecodingOptions,
  DeletionResult,
} from './machinery-options.js';
import { generatedName } from './names.js';
import { refuseInEndingNamespace } from './namespace-lifecycle.js';
import {
  canonical,
  draftOf,
  isNewGeneration,
  isUnchanged,
  refuseFaults,
  warn,
  withOwners,
} from './stored-form.js';
import { tableOf } from './tables.js';
import { ServiceAddresses, parseServiceRange } from './service-addresses.js';
import { typedList, typedObject, untypedListener } from './typed.js';
import type { Change, GivenObject, Received } from './received.js';
import { randomUid } from './uid.js';
import {
  clearStatus,
  copyField,
  keepAllButStatus,
  keepMetadata,
  refuseStale,
  refuseUnversioned,
} from './update-rules.js';

/** kubeadm's default. */
const DEFAULT_SERVICE_CIDR = '10.96.0.0/16';

/** Decodes, defaults, admits, validates and stores: everything behind the API but HTTP. */
export class ApiMachinery implements KubeApi {
  readonly kinds: KindRegistry;
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #uids: Random;
  readonly #names: Random;
  readonly #services: ServiceAddresses;
  readonly #ownership: FieldOwnership | undefined;
  readonly #isLoopbackAllowed: boolean;
  /** Tables of resources that are stored in another group. */
  readonly #tables: ReadonlyMap<string, string>;

  constructor(options: ApiMachineryOptions) {
    this.kinds = options.kinds ?? new KindRegistry();
    this.#store = options.store ?? new ObjectStore();
    this.#clock = options.clock;
    this.#uids = options.random.child('uids');
    this.#names = options.random.child('names');
    this.#services = new ServiceAddresses({
      random: options.random.child('services'),
      range: parseServiceRange(options.serviceCidr ?? DEFAULT_SERVICE_CIDR),
      services: () => this.list(SERVICES).items,
    });
    this.#ownership =
      options.hasFieldOwners === false ? undefined : new FieldOwnership(this.kinds, options.clock);
    this.#isLoopbackAllowed = options.isLoopbackAllowed ?? true;
    this.#tables = new Map(
      this.kinds.all.map((kind) => [tableOf(kind.resource), tableOf(storedKind(kind).resource)]),
    );
    this.#storeSystemClasses(options.random.child('system-classes'));
  }

  /** The version of the last write. */
  get version(): number {
    return this.#store.version;
  }

  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): T | undefined {
    const object = this.#store.get(this.#tableOf(resource), key);
    return object === undefined ? undefined : typedObject(resource, object);
  }

  /** As `get`. @throws {ApiError} 404 when there is none. */
  read<T extends KubeObject>(resource: Resource<T>, key: ObjectKey): T {
    const object = this.get(resource, key);
    if (object === undefined) throw ApiError.notFound(resource, key.name);
    return object;
  }

  list<T extends KubeObject>(resource: Resource<T>, selection?: Selection): ListResult<T> {
    return typedList(resource, this.#store.list(this.#tableOf(resource), selection));
  }

  /** As `list`, at a past version. @throws {ApiError} 410 when it is too old. */
  listAt<T extends KubeObject>(
    resource: Resource<T>,
    version: number,
    selection?: Selection,
  ): ListResult<T> {
    return typedList(resource, this.#store.listAt(this.#tableOf(resource), version, selection));
  }

  watch<T extends KubeObject>(
    resource: Resource<T>,
    listener: (event: WatchEvent<T>) => void,
    options: Selection & { readonly sinceVersion?: string } = {},
  ): Cancel {
    const { sinceVersion, ...selection } = options;
    return this.#store.watch(this.#tableOf(resource), untypedListener(resource, listener), {
      ...selection,
      ...(sinceVersion === undefined ? {} : { sinceVersion: Number(sinceVersion) }),
    });
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): T {
    return this.createFrom(resource, object, options);
  }

  /** As `create`, from JSON of which nothing is known. @throws {ApiError} 400 when it is malformed. */
  createFrom<T extends KubeObject>(
    resource: Resource<T>,
    object: unknown,
    options?: DecodingOptions,
  ): T {
    const context = this.#context();
    const received = this.#received(resource, object, options);
    const { kind, draft, conversion } = received;
    const { metadata } = draft;
    if (options?.owners !== undefined) delete metadata.resourceVersion;
    else if (metadata.resourceVersion !== undefined) {
      throw ApiError.unclassified('resourceVersion should not be set on objects to be created');
    }
    if (conversion === undefined) kind.setDefaults?.(draft);
    const managedFields = this.#owners(received, undefined, options);
    refuseInEndingNamespace(this, kind, draft);
    kind.admit?.(draft, context);
    this.#beginMetadata(kind, draft, context.nowMs);
    if (kind.hasStatus && kind.isStatusCreated !== true) clearStatus(kind, draft);
    kind.prepareCreate?.(draft, context);
    refuseFaults(kind, draft, [
      ...metadataFaults(kind, draft),
      ...ownersFaults(received.given.managedFields, managedFields),
      ...(conversion?.faults?.(draft, undefined) ?? kind.validate?.(draft, context) ?? []),
    ]);
    warn(kind, draft, options);
    if (options?.onWarning !== undefined) {
      for (const text of kind.createWarnings?.(draft) ?? []) options.onWarning(text);
    }
    const { nowMs } = context;
    const dryRun = options?.dryRun === true;
    judgeWrite({
      api: this,
      resource: kind.resource,
      object: draft,
      old: undefined,
      nowMs,
      dryRun,
    });
    if (this.get(resource, keyOf(draft)) !== undefined) {
      throw ApiError.alreadyExists(resource, draft.metadata.name);
    }
    kind.reserve?.(draft, undefined, context);
    if (conversion !== undefined) kind.setDefaults?.(draft);
    return this.#stored(resource, withOwners(canonical(kind, draft), managedFields), options);
  }

  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): T {
    return this.updateFrom(resource, object, options);
  }

  /** As `update`, from JSON of which nothing is known. @throws {ApiError} 400 when it is malformed. */
  updateFrom<T extends KubeObject>(
    resource: Resource<T>,
    object: unknown,
    options: DecodingOptions = {},
  ): T {
    const received = this.#received(resource, object, options);
    const { kind, draft: incoming } = received;
    const old = this.get(resource, keyOf(incoming));
    if (old === undefined) {
      if (kind.isCreatedByUpdate === true && options.subresource === undefined) {
        return this.createFrom(resource, object, options);
      }
      throw ApiError.notFound(resource, incoming.metadata.name);
    }
    refuseStale(kind, incoming, { old, isPatch: options.isPatch === true });
    refuseUnversioned(kind, incoming);
    const change = this.#changed(received, old, options);
    const draft = withOwners(canonical(kind, change.draft), old.metadata.managedFields);
    if (options.subresource === undefined) warn(kind, draft, options);
    if (isUnchanged(draft, old, change.managedFields)) return old;
    withOwners(draft, change.managedFields);
    if (isDeletedByUpdate(kind, draft)) return this.#completeDeletion(resource, draft, options);
    return this.#stored(resource, draft, options);
  }

  /**
   * Applies a configuration: merges it into what there is, or makes the object.
   *
   * @throws {ApiError} as a write does, and 409 when others own what it sets otherwise.
   */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    request: { readonly applied: JsonObject; readonly options: ApplyOptions },
  ): ApplyResult<T> {
    const { applied, options } = request;
    const kind = this.kinds.of(resource);
    const old = this.get(resource, key);
    const ownership = this.#ownership ?? new FieldOwnership(this.kinds, this.#clock);
    const write = { kind, old, writer: options };
    const { object, managedFields } = ownership.afterApply(write, applied, options.isForced);
    options.onMerged(object);
    const owners = { managedFields };
    if (old !== undefined) {
      const written = this.updateFrom(resource, object, { ...options, owners, isPatch: true });
      return { object: written, isCreated: false };
    }
    if (options.subresource !== undefined) throw ApiError.notFound(resource, key.name);
    return { object: this.createFrom(resource, object, { ...options, owners }), isCreated: true };
  }

  /** What applying to the scale of an object makes of both. @throws {ApiError} 400, 409 or 500. */
  applyToScale(
    on: { readonly kind: Kind; readonly object: KubeObject; readonly scale: JsonObject },
    request: {
      readonly applied: JsonObject;
      readonly fieldManager: string;
      readonly isForced: boolean;
    },
  ): AppliedResult {
    const { kind, object, scale } = on;
    const ownership = this.#ownership ?? new FieldOwnership(this.kinds, this.#clock);
    return ownership.afterScaleApply({ kind, old: object, writer: request }, scale, request);
  }

  delete<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: DeleteOptions): T {
    return typedObject(resource, this.remove(resource, key, options).object);
  }

  /** As `delete`, and says whether the object is gone. */
  remove(resource: Resource, key: ObjectKey, options: DeleteOptions = {}): DeletionResult {
    const kind = storedKind(this.kinds.of(resource));
    const old: KubeObject = this.read(resource, key);
    kind.refuseDeletion?.(old);
    const { draft } = this.#decoded(kind, old);
    const request = { options, nowMs: this.#clock.now() };
    const plan = planDeletion(kind, { old, draft }, request);
    const { isRemoved } = plan;
    const marked =
      plan.marked === undefined
        ? undefined
        : withOwners(canonical(kind, plan.marked), old.metadata.managedFields);
    if (options.dryRun === true) return { object: marked ?? old, isGone: isRemoved };
    const stored = marked === undefined ? old : this.#store.put(this.#tableOf(resource), marked);
    if (!isRemoved) return { object: stored, isGone: false };
    return { object: this.#store.remove(this.#tableOf(resource), key) ?? stored, isGone: true };
  }

  /** The object as it would be stored, by the rules of the kind; the incoming draft is used up. */
  #changed(received: Received, old: KubeObject, options: DecodingOptions): Change {
    const { kind, draft: incoming, conversion } = received;
    const { subresource, dryRun = false } = options;
    const context = this.#context();
    let draft = incoming;
    if (subresource === 'binding' || subresource === 'finalize') {
      draft = this.#decoded(kind, old).draft;
      kind.applySubresource?.(draft, { subresource, object: incoming }, context);
      return { draft, managedFields: ownersOf(old) };
    }
    if (conversion === undefined) kind.setDefaults?.(draft);
    const managedFields = this.#owners(received, old, options);
    keepMetadata(draft, old);
    const faults = [...metadataFaultsOfUpdate(kind, draft, old)];
    if (subresource === 'status') {
      keepAllButStatus(kind, draft, old);
      kind.prepareStatusUpdate?.(draft, old);
      faults.push(...(kind.validateStatus?.(draft, old) ?? []));
    } else {
      if (kind.hasStatus) copyField(draft, old, 'status');
      kind.prepareUpdate?.(draft, old, context);
      faults.push(
        ...(conversion?.faults?.(draft, old) ?? [
          ...(kind.validate?.(draft, context) ?? []),
          ...(kind.validateUpdate?.(draft, old, context) ?? []),
        ]),
      );
      if (isNewGeneration(kind, draft, old)) {
        draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
    }
    faults.push(...ownersFaults(received.given.managedFields, managedFields));
    refuseFaults(kind, draft, faults);
    if (subresource === undefined || subresource === 'scale') {
      const { nowMs } = context;
      judgeWrite({ api: this, resource: kind.resource, object: draft, old, nowMs, dryRun });
      kind.reserve?.(draft, old, context);
    }
    if (conversion !== undefined) kind.setDefaults?.(draft);
    return { draft, managedFields };
  }

  /** Who owns what after the write; looked at before rules put back what it may not touch. */
  #owners(
    { given }: Received,
    old: KubeObject | undefined,
    options: DecodingOptions = {},
  ): ManagedFields {
    if (options.owners !== undefined) return options.owners.managedFields;
    return this.#ownership?.after({ kind: given.kind, old, writer: options }, given);
  }

  /** @see Source: kubernetes `pkg/registry/scheduling/rest/storage_scheduling.go`, `AddSystemPriorityClasses`. */
  #storeSystemClasses(random: Random): void {
    const kind = this.kinds.find(PRIORITY_CLASSES);
    if (kind === undefined) return;
    for (const object of SYSTEM_PRIORITY_CLASSES) {
      if (this.get(PRIORITY_CLASSES, keyOf(object)) !== undefined) continue;
      const { draft } = this.#decoded(kind, object);
      kind.setDefaults?.(draft);
      draft.metadata.uid = randomUid(random);
      draft.metadata.creationTimestamp = kubeTime(this.#clock.now());
      draft.metadata.generation = 1;
      this.#stored(PRIORITY_CLASSES, canonical(kind, draft), {});
    }
  }

  /** Where objects of a resource are: another version may name it otherwise. */
  #tableOf(resource: Resource): string {
    const table = tableOf(resource);
    return this.#tables.get(table) ?? table;
  }

  /** What a client sent, in the stored version. */
  #received(resource: Resource, object: unknown, options: DecodingOptions = {}): Received {
    const given = this.#decoded(this.kinds.of(resource), object, options);
    const { kind, draft } = given;
    const { conversion } = kind;
    if (conversion === undefined) return { kind, draft, conversion, given };
    kind.setDefaults?.(draft);
    const { stored } = conversion;
    return {
      kind: stored,
      draft: this.#decoded(stored, conversion.toStored(draft)).draft,
      conversion,
      given,
    };
  }

  #decoded(kind: Kind, source: unknown, options: DecodingOptions = {}): GivenObject {
    try {
      const { object, managedFields } = takenApart(source, options.report);
      const draft = draftOf(kind, object, options.report);
      options.onDecoded?.();
      const { group, version } = kind.resource;
      draft.kind = kind.resource.kind;
      draft.apiVersion = group === '' ? version : `${group}/${version}`;
      Reflect.deleteProperty(draft.metadata, 'selfLink');
      return { kind, draft, managedFields };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const { kind: name, version } = kind.resource;
      throw ApiError.badRequest(
        `${name} in version "${version}" cannot be handled as a ${name}: ${error.message}`,
      );
    }
  }

  #beginMetadata(kind: Kind, draft: Draft<KubeObject>, nowMs: number): void {
    const { metadata } = draft;
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    metadata.uid = randomUid(this.#uids);
    metadata.creationTimestamp = kubeTime(nowMs);
    if (kind.isNewGeneration !== undefined) metadata.generation = 1;
    const { generateName } = metadata;
    if (generateName !== undefined && metadata.name === undefined) {
      metadata.name = this.#freeName(kind, generateName, metadata.namespace ?? '');
    }
  }

  /** @see Source: `store.go`, `Create`: a taken generated name is tried again, up to 8 times. */
  #freeName(kind: Kind, base: string, namespace: string): string {
    let name = generatedName(base, this.#names);
    for (let attempt = 1; attempt < 8; attempt++) {
      if (this.get(kind.resource, { namespace, name }) === undefined) break;
      name = generatedName(base, this.#names);
    }
    return name;
  }

  #stored<T extends KubeObject>(
    resource: Resource<T>,
    draft: KubeObject,
    options: WriteOptions | undefined,
  ): T {
    const isDryRun = options?.dryRun === true;
    return typedObject(
      resource,
      isDryRun ? draft : this.#store.put(this.#tableOf(resource), draft),
    );
  }

  #completeDeletion<T extends KubeObject>(
    resource: Resource<T>,
    draft: KubeObject,
    options: WriteOptions,
  ): T {
    if (options.dryRun !== true) this.#store.remove(this.#tableOf(resource), keyOf(draft));
    return typedObject(resource, draft);
  }

  #context(): WriteContext {
    return {
      api: this,
      nowMs: this.#clock.now(),
      random: this.#names,
      services: this.#services,
      isLoopbackAllowed: this.#isLoopbackAllowed,
    };
  }
}
