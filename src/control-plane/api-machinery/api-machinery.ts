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
import type { Conversion, Draft, Kind, WriteContext } from '../kinds/kind.js';
import { KindRegistry } from '../kinds/registry.js';
import { SYSTEM_PRIORITY_CLASSES } from '../kinds/priority-class.js';
import { PRIORITY_CLASSES, SERVICES } from '../resources.js';
import type { Resource } from '../resources.js';
import { DecodeError, decode } from '../schema/decode.js';
import type { DecodeReport } from '../schema/decode.js';
import { ObjectStore } from '../store/object-store.js';
import { isDeletedByUpdate, planDeletion } from './deletion.js';
import { isEqualJson } from './equality.js';
import { metadataFaults, metadataUpdateFaults } from './metadata-rules.js';
import { generatedName } from './names.js';
import { refuseInEndingNamespace } from './namespace-lifecycle.js';
import { ServiceAddresses, parseServiceRange } from './service-addresses.js';
import { decodedDraft, typedList, typedObject, untypedListener } from './typed.js';
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
}

/** What a deletion did. */
export interface DeletionResult {
  /** The object as it is, or as it last was. */
  readonly object: KubeObject;
  /** False: it stays until its grace is over or its finalizers are gone. */
  readonly isGone: boolean;
}

/**
 * What a client sent, in the stored version. The defaults of that version are set before validation, or
 * after it when the object came in another version: upstream's come when it is read from storage.
 */
interface Received {
  readonly kind: Kind;
  readonly draft: Draft<KubeObject>;
  /** Present: it came in another version. */
  readonly conversion: Conversion | undefined;
}

/** Decodes, defaults, admits, validates and stores: everything behind the API but HTTP. */
export class ApiMachinery implements KubeApi {
  readonly kinds: KindRegistry;
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #uids: Random;
  readonly #names: Random;
  readonly #services: ServiceAddresses;
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
    const { kind, draft, conversion } = this.#received(resource, object, options);
    const { metadata } = draft;
    if (metadata.resourceVersion !== undefined) {
      throw ApiError.unclassified('resourceVersion should not be set on objects to be created');
    }
    if (conversion === undefined) kind.setDefaults?.(draft);
    refuseInEndingNamespace(this, kind, draft);
    kind.admit?.(draft, context);
    this.#beginMetadata(kind, draft, context.nowMs);
    if (kind.hasStatus) clearStatus(kind, draft);
    kind.prepareCreate?.(draft, context);
    refuseFaults(kind, draft, [
      ...metadataFaults(kind, draft),
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
    return this.#stored(resource, canonical(kind, draft), options);
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
    const draft = canonical(kind, this.#changed(received, old, options));
    if (options.subresource === undefined) warn(kind, draft, options);
    if (isEqualJson(draft, old)) return old;
    if (isDeletedByUpdate(kind, draft)) return this.#completeDeletion(resource, draft, options);
    return this.#stored(resource, draft, options);
  }

  delete<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: DeleteOptions): T {
    return typedObject(resource, this.remove(resource, key, options).object);
  }

  /** As `delete`, and says whether the object is gone. */
  remove(resource: Resource, key: ObjectKey, options: DeleteOptions = {}): DeletionResult {
    const kind = storedKind(this.kinds.of(resource));
    const old: KubeObject = this.read(resource, key);
    kind.refuseDeletion?.(old);
    const draft = this.#decoded(kind, old);
    const request = { options, nowMs: this.#clock.now() };
    const plan = planDeletion(kind, { old, draft }, request);
    const { isRemoved } = plan;
    const marked = plan.marked === undefined ? undefined : canonical(kind, plan.marked);
    if (options.dryRun === true) return { object: marked ?? old, isGone: isRemoved };
    const stored = marked === undefined ? old : this.#store.put(this.#tableOf(resource), marked);
    if (!isRemoved) return { object: stored, isGone: false };
    return { object: this.#store.remove(this.#tableOf(resource), key) ?? stored, isGone: true };
  }

  /** The object as it would be stored, by the rules of the kind; the incoming draft is used up. */
  #changed(
    { kind, draft: incoming, conversion }: Received,
    old: KubeObject,
    { subresource, dryRun = false }: WriteOptions,
  ): Draft<KubeObject> {
    const context = this.#context();
    let draft = incoming;
    if (subresource === 'binding' || subresource === 'finalize') {
      draft = this.#decoded(kind, old);
      kind.applySubresource?.(draft, { subresource, object: incoming }, context);
      return draft;
    }
    if (conversion === undefined) kind.setDefaults?.(draft);
    keepMetadata(draft, old);
    const faults = [
      ...metadataFaults(kind, draft),
      ...metadataUpdateFaults(draft.metadata, old.metadata),
    ];
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
      if (kind.isNewGeneration?.(draft, old) === true) {
        draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
    }
    refuseFaults(kind, draft, faults);
    if (subresource === undefined) {
      const { nowMs } = context;
      judgeWrite({ api: this, resource: kind.resource, object: draft, old, nowMs, dryRun });
      kind.reserve?.(draft, old, context);
    }
    if (conversion !== undefined) kind.setDefaults?.(draft);
    return draft;
  }

  /** @see Source: kubernetes `pkg/registry/scheduling/rest/storage_scheduling.go`, `AddSystemPriorityClasses`. */
  #storeSystemClasses(random: Random): void {
    const kind = this.kinds.find(PRIORITY_CLASSES);
    if (kind === undefined) return;
    for (const object of SYSTEM_PRIORITY_CLASSES) {
      if (this.get(PRIORITY_CLASSES, keyOf(object)) !== undefined) continue;
      const draft = this.#decoded(kind, object);
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
    const given = this.kinds.of(resource);
    const draft = this.#decoded(given, object, options);
    const { conversion } = given;
    if (conversion === undefined) return { kind: given, draft, conversion };
    given.setDefaults?.(draft);
    const { stored } = conversion;
    return {
      kind: stored,
      draft: this.#decoded(stored, conversion.toStored(draft)),
      conversion,
    };
  }

  #decoded(kind: Kind, object: unknown, options: DecodingOptions = {}): Draft<KubeObject> {
    try {
      const draft = decodedDraft(
        decode(kind.type, object, { report: options.report, keepsEmpty: true }),
      );
      options.onDecoded?.();
      const { group, version } = kind.resource;
      draft.kind = kind.resource.kind;
      draft.apiVersion = group === '' ? version : `${group}/${version}`;
      // field owners are not tracked
      delete draft.metadata.managedFields;
      Reflect.deleteProperty(draft.metadata, 'selfLink');
      return draft;
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

/** Where an object is. */
export function keyOf(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

/** As it is stored: without empty lists and whatever else the rules left behind. */
function canonical(kind: Kind, draft: KubeObject): KubeObject {
  return decodedDraft(decode(kind.type, draft));
}

function tableOf(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function warn(kind: Kind, object: KubeObject, options: DecodingOptions | undefined): void {
  if (options?.onWarning === undefined) return;
  for (const text of kind.warnings?.(object) ?? []) options.onWarning(text);
}

function refuseFaults(
  kind: Kind,
  object: KubeObject,
  faults: Parameters<typeof ApiError.invalid>[2],
): void {
  if (faults.length === 0) return;
  throw ApiError.invalid(kind.resource, object.metadata.name ?? '', faults);
}
