/** Times as Kubernetes objects carry them. */
import type { KubeTime } from './objects.js';

/** Many objects are written within one second, and the same few instants are told again and again. */
const TEXTS: { second: number; text: string }[] = Array.from({ length: 64 }, () => ({
  second: Number.NaN,
  text: '',
}));

/** An instant as `metav1.Time` prints it: whole seconds, cut and not rounded. */
export function kubeTime(nowMs: number): KubeTime {
  const second = Math.floor(nowMs / 1_000);
  const place = second % TEXTS.length;
  const known = TEXTS[place];
  if (known?.second === second) return known.text;
  const text = `${new Date(second * 1_000).toISOString().slice(0, 19)}Z`;
  if (known !== undefined) TEXTS[place] = { second, text };
  return text;
}

/** An instant as `metav1.MicroTime` prints it: `2026-11-23T06:18:00.123000Z`. */
export function kubeMicroTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch of an RFC 3339 time; `undefined` when absent or unreadable. */
export function kubeTimeMs(time: KubeTime | null | undefined): number | undefined {
  if (time === undefined || time === null) return undefined;
  const known = PARSED.get(time);
  if (known !== undefined) return known;
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) return undefined;
  if (PARSED.size >= MAX_PARSED) PARSED.clear();
  PARSED.set(time, ms);
  return ms;
}

/** The same few times stand in many objects and are read at each look. */
const PARSED = new Map<string, number>();
const MAX_PARSED = 1_000;
