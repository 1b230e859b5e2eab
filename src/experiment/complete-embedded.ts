/** From what the `embedded` part of a file says to whole settings. */
import { embedded, type EmbeddedInput } from './embedded-schema.js';
import type { EmbeddedSettings, ImageMapping } from './experiment.js';

/** The settings of a cluster of which a file says nothing. */
export function defaultEmbeddedSettings(): EmbeddedSettings {
  return embeddedSettings(embedded.parse({}));
}

/** The settings with every default filled in. */
export function embeddedSettings(input: EmbeddedInput): EmbeddedSettings {
  const { hpaController, delays, crashLoopBackOff, nodes, podMetrics } = input;
  return {
    cpuScale: input.cpuScale,
    addresses: input.addresses,
    cpuLimits: input.cpuLimits,
    images: Object.fromEntries(
      Object.entries(input.images).map(([image, mapping]) => [image, imageMapping(mapping)]),
    ),
    ...(nodes === undefined ? {} : { nodes }),
    delays: {
      podStartMs: delays.podStart,
      podStartJitterMs: delays.podStartJitter,
      containerSeenMs: delays.containerSeen,
      endpointsMs: delays.endpoints,
    },
    crashLoopBackOff: {
      initialMs: crashLoopBackOff.initial,
      maximumMs: crashLoopBackOff.maximum,
    },
    ...(podMetrics === undefined ? {} : { podMetrics }),
    hpaController: {
      syncPeriodMs: hpaController.syncPeriod,
      tolerance: hpaController.tolerance,
      cpuInitializationPeriodMs: hpaController.cpuInitializationPeriod,
      initialReadinessDelayMs: hpaController.initialReadinessDelay,
      downscaleStabilizationMs: hpaController.downscaleStabilization,
    },
    metricsResolutionMs: input.metricsResolution,
    apiPort: input.apiPort,
  };
}

function imageMapping(input: EmbeddedInput['images'][string]): ImageMapping {
  return {
    command: input.command,
    env: Object.fromEntries(
      Object.entries(input.env).map(([name, value]) => [name, String(value)]),
    ),
  };
}
