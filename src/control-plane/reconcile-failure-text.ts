/** A controller's failure in words, for whoever runs the cluster. */
import { ApiError } from './api-error.js';
import type { ReconcileFailure } from './controller-lane.js';
import { isNamespaceTerminating } from './controllers/pod-control.js';

/** They tell by events (`FailedCreate`, `ReplicaSetCreateError`) that what they are to make is refused. */
const MAKERS: ReadonlySet<string> = new Set(['deployment', 'replicaset', 'job']);

/**
 * A sentence; undefined for what a controller is refused in the normal course of things, which it tries
 * again: a write that came second, a name that is taken, anything in a namespace that is going, and objects
 * that somebody described so that they cannot be made (over the quota or a limit, with a ServiceAccount that
 * is not there), which is told by events.
 */
export function reconcileFailureText({
  controller,
  key,
  error,
}: ReconcileFailure): string | undefined {
  if (error instanceof ApiError && isUsual(controller, error)) return undefined;
  return `controller ${controller} failed on ${key ?? 'an event'}: ${String(error)}`;
}

function isUsual(controller: string, error: ApiError): boolean {
  const { reason } = error;
  if (reason === 'Conflict' || reason === 'AlreadyExists') return true;
  const isRefused = reason === 'Forbidden' || reason === 'Invalid';
  return isRefused && (MAKERS.has(controller) || isNamespaceTerminating(error));
}
