/** What an experiment sets of kubelets, as they take it. */
import type { KubeletSettings } from './settings.js';

/** Spans of time are in ms. */
export interface KubeletPart {
  readonly delays?: {
    readonly podStartMs: number;
    readonly podStartJitterMs: number;
    readonly containerSeenMs: number;
  };
  readonly crashLoopBackOff?: { readonly initialMs: number; readonly maximumMs: number };
}

/** Settings of every kubelet; what the experiment leaves open is as by default. */
export function kubeletSettings({
  delays,
  crashLoopBackOff,
}: KubeletPart): Partial<KubeletSettings> {
  return {
    ...(crashLoopBackOff === undefined ? {} : { crashLoopBackOff }),
    ...(delays === undefined
      ? {}
      : {
          podStartDelayMs: delays.podStartMs,
          podStartJitterMs: delays.podStartJitterMs,
          relistDelayMs: delays.containerSeenMs,
        }),
  };
}
