/** Which real cluster an experiment runs on, and how its service is reached there. */

/** Ways from the load generator to a Service, in the order in which they are looked for. */
export const SERVICE_ROUTES = [
  'ingress',
  'load-balancer',
  'node-port',
  'cluster-ip',
  'port-forward',
] as const;

/** One of {@link SERVICE_ROUTES}. */
export type ServiceRoute = (typeof SERVICE_ROUTES)[number];

/** Settings of the target `kubernetes`. */
export interface ClusterSettings {
  /** Absent: it has to be named on the command line. */
  readonly context?: string;
  /** Absolute; absent: `$KUBECONFIG`, else `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Instead of the image in the manifests; absent: that one. */
  readonly image?: string;
  /** A Secret that is there, to be copied into the run's namespace; absent: none is needed. */
  readonly pullSecret?: { readonly namespace: string; readonly name: string };
  /** Absent: the cluster is asked. */
  readonly serviceUrl?: string;
  readonly via: ServiceRoute | 'auto';
  /** After the planned end of a run. */
  readonly expiresAfterMs: number;
}
