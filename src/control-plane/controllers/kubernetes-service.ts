/** Puts back the Service `kubernetes`, its Endpoints and its EndpointSlice, should one be deleted. */
import type { EpochMs } from '../../time/clock.js';
import { API_SERVER, actingAs } from '../acting-as.js';
import type { KubeApi, WatchEvent } from '../api.js';
import type { Controller, ControllerWatch, ReconcileKey, ReconcileResult } from '../controller.js';
import {
  type ApiAddress,
  KUBERNETES_SERVICE,
  ensureKubernetesService,
} from '../kubernetes-service.js';
import { ENDPOINTS, ENDPOINT_SLICES, SERVICES } from '../resources.js';

/** Between looks, as upstream's loop has it. */
const LOOK_PERIOD_MS = 10_000; // pkg/controlplane/apiserver: DefaultEndpointReconcilerInterval

/**
 * Makes the Service at once, and anew at the next full ten seconds after it went, at the address it had.
 *
 * @see Source: kubernetes `pkg/controlplane/controller/kubernetesservice/controller.go`, `Start`.
 */
export class KubernetesServiceController implements Controller {
  readonly name = 'kubernetes-service';
  readonly watches: readonly ControllerWatch[] = [
    { resource: SERVICES, keysFor: ownKey },
    { resource: ENDPOINTS, keysFor: ownKey },
    { resource: ENDPOINT_SLICES, keysFor: ownKey },
  ];
  readonly #api: KubeApi;
  readonly #at: ApiAddress;
  readonly #clusterIP: string | undefined;
  #dueMs: EpochMs | undefined;

  /** Makes the Service with its endpoints. */
  constructor(api: KubeApi, at: ApiAddress) {
    this.#api = actingAs(api, API_SERVER);
    this.#at = at;
    this.#clusterIP = ensureKubernetesService(this.#api, at);
  }

  reconcile(_key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    this.#dueMs ??= nowMs - (nowMs % LOOK_PERIOD_MS) + LOOK_PERIOD_MS;
    if (nowMs < this.#dueMs) return { requeueAfterMs: this.#dueMs - nowMs };
    this.#dueMs = undefined;
    ensureKubernetesService(this.#api, this.#at, this.#clusterIP);
    return undefined;
  }
}

function ownKey({ object }: WatchEvent): readonly ReconcileKey[] {
  const { namespace, name } = object.metadata;
  const isOwn = namespace === KUBERNETES_SERVICE.namespace && name === KUBERNETES_SERVICE.name;
  return isOwn ? [name] : [];
}
