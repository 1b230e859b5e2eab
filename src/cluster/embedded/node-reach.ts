/** What the control plane gets to hear of a node that cannot be reached: nothing, and in which words. */
import type { Pod } from '../../core/objects.js';
import type { KubeApi } from '../../control-plane/api.js';
import { ApiError } from '../../control-plane/api-error.js';
import type { PodLogSource } from '../../control-plane/pod-log-source.js';
import { PODS } from '../../control-plane/resources.js';

/** @see Source: kubernetes 1.36 `pkg/cluster/ports/ports.go`, `KubeletPort`. */
const KUBELET_PORT = 10_250;

/** How to tell which nodes answer. */
export interface NodeReachOptions {
  readonly api: KubeApi;
  /** Whether a node of that name is neither cut off nor switched off. */
  readonly isReachable: (nodeName: string) => boolean;
  /** The address of every node. */
  readonly address: string;
}

/** The way from the API server to kubelets, which ends at nodes at fault. */
export class NodeReach {
  readonly #options: NodeReachOptions;

  constructor(options: NodeReachOptions) {
    this.#options = options;
  }

  /**
   * Refuses a connection to a pod whose node does not answer.
   *
   * @throws {ApiError} 500 without a reason.
   * @see Source: kubernetes `apimachinery/pkg/util/proxy/upgradeaware.go`, `tryUpgrade`.
   */
  requirePod({ spec }: Pod): void {
    const fault = this.#faultOf(spec.nodeName);
    if (fault !== undefined) throw ApiError.unclassified(`error dialing backend: ${fault}`);
  }

  /**
   * Refuses to ask a node for something that does not answer.
   *
   * @throws {ApiError} 503.
   * @see Source: kubernetes `apimachinery/pkg/util/proxy/transport.go`, `RoundTrip`.
   */
  requireNode(nodeName: string): void {
    const fault = this.#faultOf(nodeName);
    if (fault === undefined) return;
    throw new ApiError({
      message: `error trying to reach service: ${fault}`,
      reason: 'ServiceUnavailable',
      code: 503,
    });
  }

  /**
   * The same logs, but not those of containers on a node that does not answer; `get` then throws an
   * {@link ApiError} 500 without a reason.
   *
   * @see Source: kubernetes `apiserver/pkg/registry/generic/rest/streamer.go`, `InputStream`.
   */
  logsThrough(source: PodLogSource): PodLogSource {
    return {
      get: (key) => {
        const { items } = this.#options.api.list(PODS);
        const pod = items.find(({ metadata }) => metadata.uid === key.podUid);
        const fault = this.#faultOf(pod?.spec.nodeName);
        if (pod === undefined || fault === undefined) return source.get(key);
        const { namespace = '', name } = pod.metadata;
        const url = `https://${this.#options.address}:${KUBELET_PORT}/containerLogs/${namespace}/${name}/${key.container}`;
        throw ApiError.unclassified(`Get "${url}": ${fault}`);
      },
    };
  }

  #faultOf(nodeName: string | undefined): string | undefined {
    const { isReachable, address } = this.#options;
    return nodeName === undefined || isReachable(nodeName)
      ? undefined
      : `dial tcp ${address}:${KUBELET_PORT}: connect: no route to host`;
  }
}
