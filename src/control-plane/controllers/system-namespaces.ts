/** Puts back a system namespace that was deleted. */
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import type { Controller, ControllerWatch, ReconcileKey, ReconcileResult } from '../controller.js';
import { NAMESPACES } from '../resources.js';
import { createSystemNamespaces, isSystemNamespace } from '../system-namespaces.js';

/** Between looks, as upstream's loop has it. */
const LOOK_PERIOD_MS = 60_000;

/**
 * Makes a system namespace anew at the next full minute after it went; upstream looks once a minute too.
 *
 * @see Source: kubernetes `pkg/controlplane/controller/systemnamespaces/system_namespaces_controller.go`.
 */
export class SystemNamespacesController implements Controller {
  readonly name = 'system-namespaces';
  readonly watches: readonly ControllerWatch[] = [
    {
      resource: NAMESPACES,
      keysFor: ({ type, object }) =>
        type === 'DELETED' && isSystemNamespace(object.metadata.name) ? [object.metadata.name] : [],
    },
  ];
  readonly #api: KubeApi;
  readonly #dueMs = new Map<ReconcileKey, EpochMs>();

  /** @param api - in the name of the API server, whose loop it is. */
  constructor(api: KubeApi) {
    this.#api = api;
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const dueMs = this.#dueMs.get(key) ?? nowMs - (nowMs % LOOK_PERIOD_MS) + LOOK_PERIOD_MS;
    const isThere = this.#api.get(NAMESPACES, { namespace: '', name: key }) !== undefined;
    if (!isThere && nowMs < dueMs) {
      this.#dueMs.set(key, dueMs);
      return { requeueAfterMs: dueMs - nowMs };
    }
    this.#dueMs.delete(key);
    if (!isThere) createSystemNamespaces(this.#api);
    return undefined;
  }
}
