/** What the control plane and the service proxy's process say to each other. */

/** Where connections may go: a pod's address and port. */
export interface ProxyEndpoint {
  readonly address: string;
  readonly port: number;
}

/** One port of a Service and the ready endpoints behind it. */
export interface ProxyPort {
  /** The Service's port: 80. */
  readonly port: number;
  readonly endpoints: readonly ProxyEndpoint[];
}

/** A Service to be reachable at its own address. */
export interface ProxyService {
  /** `namespace/name`. */
  readonly key: string;
  /** A loopback address: 127.64.0.1. */
  readonly address: string;
  readonly ports: readonly ProxyPort[];
}

/** Where a Service port can really be reached. */
export interface ProxyListener {
  readonly key: string;
  /** The Service's port. */
  readonly port: number;
  /** Where it listens, or would if it had endpoints; absent when nowhere could be found. */
  readonly at: ProxyEndpoint | undefined;
  /** False while it has no endpoints: connections are then refused. */
  readonly isOpen: boolean;
  /** Why it is not at the Service's own address and port; absent when it is. */
  readonly because?: string;
}

/** What the proxy did since it started. */
export interface ProxyStats {
  readonly accepted: number;
  readonly open: number;
  /** Connections reset because their endpoint could not be reached. */
  readonly unreachable: number;
}

/** To the proxy's process. Every message but `stop` is answered with the same `id`. */
export type ToProxy =
  | { readonly kind: 'start'; readonly id: number; readonly seed: number }
  | { readonly kind: 'services'; readonly id: number; readonly services: readonly ProxyService[] }
  | { readonly kind: 'stats'; readonly id: number };

/** From the proxy's process. */
export type FromProxy =
  | { readonly kind: 'ready'; readonly id: number }
  | {
      readonly kind: 'listening';
      readonly id: number;
      readonly listeners: readonly ProxyListener[];
    }
  | { readonly kind: 'stats'; readonly id: number; readonly stats: ProxyStats }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
