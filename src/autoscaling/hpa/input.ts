/** What one decision is made from. */
import type { HorizontalPodAutoscalerStatus } from '../../core/autoscaling-objects.js';
import type { CompiledSpec } from './compiled-hpa.js';
import type { HpaSettings } from './settings.js';
import type { PodMetricSnapshot, PodSnapshot } from './snapshots.js';

/** The scale subresource of the target, or why it could not be read. */
export type ScaleReading =
  | {
      readonly kind: 'found';
      readonly specReplicas: number;
      readonly statusReplicas: number;
      /** As printed; '' when the target has none. */
      readonly selector: string;
      /** Why `selector` cannot be parsed; absent when it can. */
      readonly selectorFault?: string;
    }
  | {
      readonly kind: 'failed';
      /** `api-version`: it is malformed; `resource`: no such kind; `query`: asking failed. */
      readonly at: 'api-version' | 'resource' | 'query';
      readonly message: string;
    };

/** What the metrics API answered for one entry of `spec.metrics`. */
export type MetricReading =
  /** Resource, ContainerResource: use by resource name. Pods: values under {@link POD_VALUE}. */
  | { readonly kind: 'pods'; readonly items: readonly PodMetricSnapshot[] }
  /** Object: its value in thousandths. */
  | { readonly kind: 'object'; readonly milli: number }
  /** External: every value in thousandths. */
  | { readonly kind: 'external'; readonly values: readonly number[] }
  /** The API refused or could not be reached; its text. */
  | { readonly kind: 'failed'; readonly message: string };

/** Under this name the values of a Pods metric stand in a {@link PodMetricSnapshot}. */
export const POD_VALUE = '';

/** One pod's value of a Pods metric. */
export function podValue(name: string, milli: number): PodMetricSnapshot {
  return { name, timestampMs: 0, windowMs: 0, totals: { [POD_VALUE]: milli }, containers: [] };
}

/** Everything a decision depends on but the controller's memory and the time. */
export interface HpaInput {
  readonly namespace: string;
  readonly name: string;
  /** Kind and name of the scale target, for messages. */
  readonly target: { readonly kind: string; readonly name: string };
  readonly spec: CompiledSpec;
  /** As stored; undefined or empty for a new HPA. */
  readonly status: HorizontalPodAutoscalerStatus | undefined;
  readonly scale: ScaleReading;
  /** Pods that the target's selector finds; messages name the first at fault. */
  readonly pods: readonly PodSnapshot[];
  /** One for each entry of `spec.metrics`, in the same order. */
  readonly readings: readonly MetricReading[];
  /** Keys (`namespace/name`) of every HPA whose target shares one of the pods, if more than this one. */
  readonly sharedWith?: readonly string[];
  readonly settings: HpaSettings;
}
