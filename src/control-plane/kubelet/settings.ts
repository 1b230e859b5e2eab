/** What may be set of a kubelet. */
import type { BackOffSettings } from './back-off.js';
import { DEFAULT_BACK_OFF } from './back-off.js';

/** Times of a kubelet that are not in any object. */
export interface KubeletSettings {
  readonly crashLoopBackOff: BackOffSettings;
  readonly imagePullBackOff: BackOffSettings;
  /** Between taking a pod on and starting its first container: sandbox, network, image check. */
  readonly podStartDelayMs: number;
  /**
   * How long after the fact the kubelet sees that a container started (and probes it for the first
   * time) or ended by itself. Upstream lists containers once a second.
   */
  readonly relistDelayMs: number;
  /** How often the Node's heartbeat is written when nothing else changes. */
  readonly heartbeatMs: number;
}

/**
 * Upstream's values, with the fastest start the machine gives.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kubelet.go` (`genericPlegRelistPeriod` 1 s),
 *   `pkg/kubelet/apis/config/v1beta1/defaults.go` (`NodeStatusReportFrequency` 5 min).
 */
export const DEFAULT_KUBELET_SETTINGS: KubeletSettings = {
  crashLoopBackOff: DEFAULT_BACK_OFF,
  imagePullBackOff: DEFAULT_BACK_OFF,
  podStartDelayMs: 0,
  relistDelayMs: 700,
  heartbeatMs: 300_000,
};
