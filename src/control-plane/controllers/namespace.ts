/** The namespace controller: empties a namespace that is being deleted and lets it go. */
import { kubeTime } from '../../core/kube-time.js';
import type { Condition, KubeObject, Namespace } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { KubeApi } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { Controller, ControllerWatch, ReconcileKey, ReconcileResult } from '../controller.js';
import { keyOf, objectKey } from '../object-keys.js';
import { NAMESPACES, PODS } from '../resources.js';
import type { Resource } from '../resources.js';

const FINALIZER = 'kubernetes';
/** Upstream's time between the deletion and the first look, and between looks. */
const GRACE_MS = 5_000; // pkg/controller/namespace/namespace_controller.go, namespaceDeletionGracePeriod

/** What is left in a namespace. */
interface Remainder {
  readonly resource: Resource;
  readonly objects: readonly KubeObject[];
}

/**
 * Pods go first and everything else when they are gone, so that nothing they need is taken from under
 * them.
 *
 * @see Source: kubernetes `pkg/controller/namespace/deletion/namespaced_resources_deleter.go`.
 */
export class NamespaceController implements Controller {
  readonly name = 'namespace';
  readonly watches: readonly ControllerWatch[];
  readonly #api: KubeApi;
  readonly #resources: readonly Resource[];
  readonly #lookPeriodMs: number;
  readonly #nextLookMs = new Map<string, EpochMs>();

  /**
   * @param resources - everything there is; what has no namespace is left alone.
   * @param lookPeriodMs - between the deletion and the first look, and between looks.
   */
  constructor(api: KubeApi, resources: readonly Resource[], lookPeriodMs: number = GRACE_MS) {
    this.#api = api;
    this.#lookPeriodMs = lookPeriodMs;
    this.#resources = resources.filter(({ namespaced }) => namespaced);
    this.watches = [
      {
        resource: NAMESPACES,
        keysFor: ({ type, object }) =>
          type === 'DELETED' || object.metadata.deletionTimestamp === undefined
            ? []
            : [object.metadata.name],
      },
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const namespace = this.#api.get(NAMESPACES, objectKey(key));
    const uid = namespace?.metadata.uid ?? '';
    if (namespace === undefined || !isEnding(namespace)) return undefined;
    const nextLookMs = this.#nextLookMs.get(uid) ?? nowMs + this.#lookPeriodMs;
    this.#nextLookMs.set(uid, nextLookMs);
    if (nowMs < nextLookMs) return { requeueAfterMs: nextLookMs - nowMs };
    const left = this.#empty(key);
    if (left.length === 0) {
      this.#nextLookMs.delete(uid);
      this.#writeConditions(namespace, left, nowMs);
      this.#finalize(key);
      return undefined;
    }
    this.#nextLookMs.set(uid, nowMs + this.#lookPeriodMs);
    this.#writeConditions(namespace, left, nowMs);
    return { requeueAfterMs: this.#lookPeriodMs };
  }

  /** Deletes what may go now. @returns what is left. */
  #empty(namespace: string): readonly Remainder[] {
    const pods = this.#delete(PODS, namespace);
    if (pods.objects.length > 0) return [pods];
    return this.#resources
      .map((resource) => this.#delete(resource, namespace))
      .filter(({ objects }) => objects.length > 0);
  }

  #delete(resource: Resource, namespace: string): Remainder {
    for (const object of this.#api.list(resource, { namespace }).items) {
      if (object.metadata.deletionTimestamp !== undefined) continue;
      try {
        this.#api.delete(resource, keyOf(object), { propagationPolicy: 'Background' });
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
      }
    }
    return { resource, objects: this.#api.list(resource, { namespace }).items };
  }

  #finalize(name: string): void {
    const namespace = this.#api.get(NAMESPACES, { namespace: '', name });
    if (namespace === undefined) return;
    const finalizers = (namespace.spec?.finalizers ?? []).filter((entry) => entry !== FINALIZER);
    this.#api.update(
      NAMESPACES,
      { ...namespace, spec: { finalizers } },
      { subresource: 'finalize' },
    );
  }

  #writeConditions(namespace: Namespace, left: readonly Remainder[], nowMs: EpochMs): void {
    const old = namespace.status?.conditions ?? [];
    const conditions = namespaceConditions(left).map((condition) => {
      const same = old.find(
        ({ type, status }) => type === condition.type && status === condition.status,
      );
      const lastTransitionTime = same?.lastTransitionTime ?? kubeTime(nowMs);
      return Object.assign({}, condition, { lastTransitionTime });
    });
    if (isEqualJson(old, conditions)) return;
    const status = { ...namespace.status, conditions };
    this.#api.update(NAMESPACES, { ...namespace, status }, { subresource: 'status' });
  }
}

function isEnding({ metadata, spec }: Namespace): boolean {
  return metadata.deletionTimestamp !== undefined && spec?.finalizers?.includes(FINALIZER) === true;
}

/** @see Source: `pkg/controller/namespace/deletion/status_condition_utils.go`. */
function namespaceConditions(left: readonly Remainder[]): readonly Condition[] {
  const finalizers = new Map<string, number>();
  for (const { metadata } of left.flatMap(({ objects }) => objects)) {
    for (const name of metadata.finalizers ?? []) {
      finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
    }
  }
  const remaining = left
    .map(({ resource, objects }) => `${pathOf(resource)} has ${objects.length} resource instances`)
    .sort()
    .join(', ');
  const held = [...finalizers]
    .map(([name, count]) => `${name} in ${count} resource instances`)
    .sort()
    .join(', ');
  return [
    stated('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', {
      good: 'All resources successfully discovered',
    }),
    stated('NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', {
      good: 'All legacy kube types successfully parsed',
    }),
    stated('NamespaceDeletionContentFailure', 'ContentDeleted', {
      good: 'All content successfully deleted, may be waiting on finalization',
    }),
    left.length === 0
      ? stated('NamespaceContentRemaining', 'ContentRemoved', {
          good: 'All content successfully removed',
        })
      : stated('NamespaceContentRemaining', 'SomeResourcesRemain', {
          bad: `Some resources are remaining: ${remaining}`,
        }),
    held === ''
      ? stated('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', {
          good: 'All content-preserving finalizers finished',
        })
      : stated('NamespaceFinalizersRemaining', 'SomeFinalizersRemain', {
          bad: `Some content in the namespace has finalizers remaining: ${held}`,
        }),
  ];
}

function stated(
  type: string,
  reason: string,
  text: { readonly good: string } | { readonly bad: string },
): Condition {
  return 'good' in text
    ? { type, status: 'False', reason, message: text.good }
    : { type, status: 'True', reason, message: text.bad };
}

function pathOf({ group, plural }: Resource): string {
  return `${plural}.${group}`;
}
