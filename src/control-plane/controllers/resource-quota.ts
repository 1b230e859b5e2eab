/** The quota controller: writes what is used of every ResourceQuota. */
import type { ResourceList } from '../../core/objects.js';
import type { ResourceQuota } from '../../core/quota-objects.js';
import type { EpochMs } from '../../time/clock.js';
import { evaluatorOf, quotaUsage } from '../admission/quota-usage.js';
import { isSameList, maskedList } from '../admission/resource-lists.js';
import type { KubeApi, WatchEvent } from '../api.js';
import type {
  Controller,
  ControllerWatch,
  Informer,
  ReconcileKey,
  ReconcileResult,
} from '../controller.js';
import { namespaceIndex } from '../object-index.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { RESOURCE_QUOTAS } from '../resources.js';
import type { Resource } from '../resources.js';

/** All quotas are counted anew this often. */
const RESYNC_MS = 300_000; // kubernetes pkg/controller/resourcequota/config/v1alpha1/defaults.go

/**
 * Counts when a quota is new or changed, when something that counts goes, and every five minutes. What
 * is added is noted by admission.
 *
 * @see Source: kubernetes `pkg/controller/resourcequota/resource_quota_controller.go`,
 *   `syncResourceQuota`, and `resource_quota_monitor.go`.
 */
export class ResourceQuotaController implements Controller {
  readonly name = 'resourcequota';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #resources: readonly Resource[];
  readonly #quotas = namespaceIndex<ResourceQuota>(RESOURCE_QUOTAS);

  /** @param resources - everything that is stored. */
  constructor(api: KubeApi, resources: readonly Resource[]) {
    this.#api = api;
    this.#resources = resources.filter((resource) => evaluatorOf(resource) !== undefined);
    this.informers = [this.#quotas];
    this.watches = [
      { resource: RESOURCE_QUOTAS, keysFor: quotaKeys },
      ...this.#resources.map((resource) => ({
        resource,
        keysFor: (event: WatchEvent) => this.#concernedBy(resource, event),
      })),
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const quota = this.#api.get(RESOURCE_QUOTAS, objectKey(key));
    if (quota === undefined) return undefined;
    const { hard = {} } = quota.spec;
    const counted = quotaUsage(quota, this.#resources, { api: this.#api, nowMs });
    const used: ResourceList = maskedList(
      { ...quota.status?.used, ...counted },
      (name) => hard[name] !== undefined,
    );
    const { status } = quota;
    const isKnown = isSameList(status?.hard, hard) && isSameList(status?.used, used);
    if (!isKnown) {
      const written = { ...quota, status: { hard, used } };
      this.#api.update(RESOURCE_QUOTAS, written, { subresource: 'status' });
    }
    return { requeueAfterMs: RESYNC_MS };
  }

  /** Quotas of the namespace that limit what was freed. */
  #concernedBy(resource: Resource, event: WatchEvent): readonly ReconcileKey[] {
    const { type, object, previous } = event;
    if (type === 'ADDED') return [];
    const quotas = this.#quotas.of(object.metadata.namespace ?? '');
    const evaluator = quotas.length === 0 ? undefined : evaluatorOf(resource);
    if (evaluator === undefined) return [];
    const isFreed =
      type === 'DELETED' ||
      (previous !== undefined && evaluator.isFreeing?.(object, previous) === true);
    if (!isFreed) return [];
    return quotas
      .filter(({ status }) =>
        Object.keys(status?.hard ?? {}).some((name) => evaluator.tracks(name)),
      )
      .map(reconcileKey);
  }
}

/** A change of the status alone is this controller's own, or admission's. */
function quotaKeys({ type, object, previous }: WatchEvent<ResourceQuota>): readonly ReconcileKey[] {
  if (type === 'DELETED') return [];
  if (type === 'MODIFIED' && isSameList(previous?.spec.hard, object.spec.hard)) return [];
  return [reconcileKey(object)];
}
