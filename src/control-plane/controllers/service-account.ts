/** The service account controller: every namespace has the service account `default`. */
import type { KubeApi } from '../api.js';
import type { Controller, ControllerWatch, ReconcileKey } from '../controller.js';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../resources.js';

const NAME = 'default';

/** @see Source: kubernetes `pkg/controller/serviceaccount/serviceaccounts_controller.go`. */
export class ServiceAccountController implements Controller {
  readonly name = 'serviceaccount';
  readonly watches: readonly ControllerWatch[] = [
    {
      resource: NAMESPACES,
      keysFor: ({ type, object }) => (type === 'DELETED' ? [] : [object.metadata.name]),
    },
    {
      resource: SERVICE_ACCOUNTS,
      keysFor: ({ type, object }) =>
        type === 'DELETED' && object.metadata.name === NAME
          ? [object.metadata.namespace ?? '']
          : [],
    },
  ];
  readonly #api: KubeApi;

  constructor(api: KubeApi) {
    this.#api = api;
  }

  reconcile(key: ReconcileKey): undefined {
    const namespace = this.#api.get(NAMESPACES, { namespace: '', name: key });
    if (namespace === undefined || namespace.status?.phase === 'Terminating') return;
    if (this.#api.get(SERVICE_ACCOUNTS, { namespace: key, name: NAME }) !== undefined) return;
    this.#api.create(SERVICE_ACCOUNTS, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: NAME, namespace: key },
    });
  }
}
