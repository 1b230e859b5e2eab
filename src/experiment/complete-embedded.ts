/** From what the `embedded` part of a file says to whole settings. */
import { embedded, type EmbeddedInput } from './embedded-schema.js';
import { isRecord, valueAt } from '../core/json.js';
import type { DelaySettings, EmbeddedSettings, ImageMapping } from './experiment.js';

/** The settings of a cluster of which a file says nothing. */
export function defaultEmbeddedSettings(): EmbeddedSettings {
  return embeddedSettings(embedded.parse({}));
}

const DELAY_FIELDS: Readonly<Record<string, keyof DelaySettings>> = {
  podStart: 'podStartMs',
  podStartJitter: 'podStartJitterMs',
  containerSeen: 'containerSeenMs',
  endpoints: 'endpointsMs',
};

/** The same settings, knowing which delays a file says itself. */
export function withSaidDelays(settings: EmbeddedSettings, content: unknown): EmbeddedSettings {
  const said = valueAt(content, ['embedded', 'delays']);
  const saidDelays = Object.keys(isRecord(said) ? said : {}).flatMap(
    (name) => DELAY_FIELDS[name] ?? [],
  );
  return saidDelays.length === 0 ? settings : { ...settings, saidDelays };
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
