/** Times as Kubernetes objects carry them. */
import type { KubeTime } from './objects.js';

/** An instant as `metav1.Time` prints it: whole seconds, cut and not rounded. */
export function kubeTime(nowMs: number): KubeTime {
  return `${new Date(Math.floor(nowMs / 1_000) * 1_000).toISOString().slice(0, 19)}Z`;
}

/** An instant as `metav1.MicroTime` prints it: `2026-11-23T06:18:00.123000Z`. */
export function kubeMicroTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch of an RFC 3339 time; `undefined` when absent or unreadable. */
export function kubeTimeMs(time: KubeTime | null | undefined): number | undefined {
  if (time === undefined || time === null) return undefined;
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? undefined : ms;
}
