/** How discovery tells in which version a resource is stored. */

/**
 * The first 8 bytes of SHA-256 over `GROUP/VERSION/KIND` of the stored version, in base64, by
 * `PLURAL.GROUP` (core resources by their plural alone). Events of both groups are stored as core ones.
 *
 * @see Source: kubernetes `apiserver/pkg/endpoints/discovery/storageversionhash.go`.
 */
export const STORAGE_VERSION_HASHES: Readonly<Record<string, string>> = {
  configmaps: 'qFsyl6wFWjQ=',
  endpoints: 'fWeeMqaN/OA=',
  events: 'r2yiGXH7wu8=',
  limitranges: 'EBKMFVe6cwo=',
  namespaces: 'Q3oi5N2YM8M=',
  nodes: 'XwShjMxG9Fs=',
  pods: 'xPOwRZ+Yhw8=',
  resourcequotas: '8uhSgffRX6w=',
  secrets: 'S6u1pOWzb84=',
  serviceaccounts: 'pbx9ZvyFpBE=',
  services: '0/CO1lhkEBI=',
  'controllerrevisions.apps': '85nkx63pcBU=',
  'daemonsets.apps': 'dd7pWHUlMKQ=',
  'deployments.apps': '8aSe+NMegvE=',
  'replicasets.apps': 'P1RzHs8/mWQ=',
  'statefulsets.apps': 'H+vl74LkKdo=',
  'horizontalpodautoscalers.autoscaling': 'qwQve8ut294=',
  'cronjobs.batch': 'sd5LIXh4Fjs=',
  'jobs.batch': 'mudhfqk/qZY=',
  'leases.coordination.k8s.io': 'gqkMMb/YqFM=',
  'endpointslices.discovery.k8s.io': 'qgS0xkrxYAI=',
  'events.events.k8s.io': 'r2yiGXH7wu8=',
  'ingresses.networking.k8s.io': '39NQlfNR+bo=',
  'networkpolicies.networking.k8s.io': 'YpfwF18m1G8=',
  'poddisruptionbudgets.policy': 'EVWiDmWqyJw=',
  'clusterrolebindings.rbac.authorization.k8s.io': '48tpQ8gZHFc=',
  'clusterroles.rbac.authorization.k8s.io': 'bYE5ZWDrJ44=',
  'rolebindings.rbac.authorization.k8s.io': 'eGsCzGH6b1g=',
  'roles.rbac.authorization.k8s.io': '7FuwZcIIItM=',
  'priorityclasses.scheduling.k8s.io': '1QwjyaZjj3Y=',
};
