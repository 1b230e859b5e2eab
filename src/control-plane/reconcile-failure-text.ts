/** A controller's failure in words, for whoever runs the cluster. */
import { ApiError } from './api-error.js';
import type { ReconcileFailure } from './controller-lane.js';

/**
 * A sentence; undefined for what a controller is refused in the normal course of things (a quota that is
 * used up, a write that came second), which it tries again and tells by events.
 */
export function reconcileFailureText({
  controller,
  key,
  error,
}: ReconcileFailure): string | undefined {
  const reason = error instanceof ApiError ? error.reason : undefined;
  if (reason === 'Forbidden' || reason === 'Conflict') return undefined;
  return `controller ${controller} failed on ${key ?? 'an event'}: ${String(error)}`;
}
