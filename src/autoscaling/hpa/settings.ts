/** The controller's own settings. */

/** Settings of the HPA controller that a decision depends on. */
export interface HpaSettings {
  /** By how much the usage ratio may differ from 1 without a change, where the HPA says nothing. */
  readonly tolerance: number;
  /** How long after a pod's start its CPU metric counts only once it is ready. */
  readonly cpuInitializationPeriodMs: number;
  /** How soon after a pod's start unreadiness still means that it was never ready. */
  readonly initialReadinessDelayMs: number;
  /** Stabilization of scale-down where the HPA says nothing. */
  readonly downscaleStabilizationMs: number;
  /** The feature gate `HPAScaleToZero`; absent: off. */
  readonly isScaleToZeroEnabled?: boolean;
}

/**
 * Upstream's defaults.
 *
 * @see Source: kubernetes `podautoscaler/config/v1alpha1/defaults.go`,
 *   `RecommendedDefaultHPAControllerConfiguration`.
 */
export const DEFAULT_HPA_SETTINGS: Required<HpaSettings> = {
  tolerance: 0.1,
  cpuInitializationPeriodMs: 300_000,
  initialReadinessDelayMs: 30_000,
  downscaleStabilizationMs: 300_000,
  isScaleToZeroEnabled: false,
};

/** Upstream's default of how long after a sync the next one begins. */
export const DEFAULT_SYNC_PERIOD_MS = 15_000;
