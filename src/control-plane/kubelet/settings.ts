/** What may be set of a kubelet. */
import type { BackOffSettings } from './back-off.js';
import { DEFAULT_BACK_OFF } from './back-off.js';

/** Times of a kubelet that are not in any object. */
export interface KubeletSettings {
  readonly crashLoopBackOff: BackOffSettings;
  readonly imagePullBackOff: BackOffSettings;
  /** Between taking a pod on and starting its first container: sandbox, network, image check. */
  readonly podStartDelayMs: number;
  /** Up to so much more, evenly spread over pods. */
  readonly podStartJitterMs: number;
  /**
   * How long after the fact the kubelet sees that a container started (and probes it for the first
   * time) or ended by itself. Upstream lists containers once a second.
   */
  readonly relistDelayMs: number;
  /**
   * From a change of a ConfigMap, a Secret or the pod's own labels to the files that show it. Upstream's
   * kubelet looks once in 60 to 90 s.
   */
  readonly volumeRefreshMs: number;
  /** How often the Node's heartbeat is written when nothing else changes. */
  readonly heartbeatMs: number;
}

/**
 * Upstream's values, but with the fastest start the machine gives, and files that follow soon.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kubelet.go` (`genericPlegRelistPeriod` 1 s),
 *   `pkg/kubelet/apis/config/v1beta1/defaults.go` (`NodeStatusReportFrequency` 5 min).
 */
export const DEFAULT_KUBELET_SETTINGS: KubeletSettings = {
  crashLoopBackOff: DEFAULT_BACK_OFF,
  imagePullBackOff: DEFAULT_BACK_OFF,
  podStartDelayMs: 0,
  podStartJitterMs: 0,
  relistDelayMs: 700,
  volumeRefreshMs: 1_000,
  heartbeatMs: 300_000,
};
