/** The root CA publisher: every namespace has the certificate of the API in `kube-root-ca.crt`. */
import { CONTROLLER_MANAGER, actingAs } from '../acting-as.js';
import type { KubeApi } from '../api.js';
import type { Controller, ControllerWatch, ReconcileKey } from '../controller.js';
import { CONFIG_MAPS, NAMESPACES } from '../resources.js';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** @see Source: kubernetes `pkg/controller/certificates/rootcacertpublisher/publisher.go`. */
export class RootCaPublisher implements Controller {
  readonly name = 'root-ca-certificate-publisher';
  readonly watches: readonly ControllerWatch[] = [
    {
      resource: NAMESPACES,
      keysFor: ({ type, object }) => (type === 'DELETED' ? [] : [object.metadata.name]),
    },
    {
      resource: CONFIG_MAPS,
      keysFor: ({ object }) =>
        object.metadata.name === NAME ? [object.metadata.namespace ?? ''] : [],
    },
  ];
  readonly #api: KubeApi;
  readonly #caPem: string;

  /** @param caPem - the certificate that vouches for the API. */
  constructor(api: KubeApi, caPem: string) {
    this.#api = actingAs(api, CONTROLLER_MANAGER);
    this.#caPem = caPem;
  }

  reconcile(key: ReconcileKey): undefined {
    const namespace = this.#api.get(NAMESPACES, { namespace: '', name: key });
    if (namespace === undefined || namespace.status?.phase === 'Terminating') return;
    const data = { 'ca.crt': this.#caPem };
    const annotations = { 'kubernetes.io/description': DESCRIPTION };
    const stored = this.#api.get(CONFIG_MAPS, { namespace: key, name: NAME });
    if (stored === undefined) {
      const metadata = { name: NAME, namespace: key, annotations };
      this.#api.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    } else if (stored.data?.['ca.crt'] !== this.#caPem || Object.keys(stored.data).length !== 1) {
      this.#api.update(CONFIG_MAPS, { ...stored, data });
    }
  }
}
