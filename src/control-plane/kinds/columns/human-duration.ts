/** Ages as tables show them. */
import { kubeTimeMs } from '../../../core/kube-time.js';
import type { KubeTime } from '../../../core/objects.js';
import type { EpochMs } from '../../../time/clock.js';

/**
 * A duration in at most two units: `5s`, `2m30s`, `3h`, `2d4h`.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/duration/duration.go`, `HumanDuration`.
 */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1_000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return twoUnits(minutes, 'm', { rest: seconds % 60, unit: 's' });
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return twoUnits(hours, 'h', { rest: minutes % 60, unit: 'm' });
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 192) return twoUnits(days, 'd', { rest: hours % 24, unit: 'h' });
  if (days < 730) return `${days}d`;
  const years = Math.trunc(days / 365);
  if (days < 2_920) return twoUnits(years, 'y', { rest: days % 365, unit: 'd' });
  return `${years}y`;
}

/** How long ago a time was; `<unknown>` when it is absent. */
export function since(time: KubeTime | null | undefined, nowMs: EpochMs): string {
  const timeMs = kubeTimeMs(time);
  return timeMs === undefined ? '<unknown>' : humanDuration(nowMs - timeMs);
}

function twoUnits(
  value: number,
  unit: string,
  rest: { readonly rest: number; readonly unit: string },
): string {
  return rest.rest === 0 ? `${value}${unit}` : `${value}${unit}${rest.rest}${rest.unit}`;
}
