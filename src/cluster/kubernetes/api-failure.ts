/** What an API server's refusals and failures say. */
import { ApiException } from '@kubernetes/client-node';
import { LabError } from '../../core/errors.js';
import { retryAfterMs } from './retry-after.js';

/** Whether the API answered with this HTTP status. */
export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiException && error.code === status;
}

/** How long the server asked to wait before the next request, ms; absent: it did not. */
export function askedToWaitMs(error: unknown): number | undefined {
  return error instanceof ApiException ? retryAfterMs(error.headers['retry-after']) : undefined;
}

/** A failure of the cluster, for the user. */
export function clusterFailed(what: string, error: unknown): LabError {
  return new LabError('CLUSTER_FAILED', `${what}: ${textOf(error)}`, { cause: error });
}

/** The API server's own message where there is one. */
export function textOf(error: unknown): string {
  if (error instanceof ApiException) {
    const body: unknown = error.body;
    const status: unknown = typeof body === 'string' ? parseJson(body) : body;
    if (typeof status === 'object' && status !== null && 'message' in status) {
      return String(status.message);
    }
    return `HTTP ${error.code}`;
  }
  if (!(error instanceof Error)) return String(error);
  // `fetch failed` says nothing; what it failed of does
  const { message, cause } = error;
  return message === 'fetch failed' && cause instanceof Error ? cause.message : message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
