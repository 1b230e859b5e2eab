/** What the parts of the HTTP face share. */
import type { Clock } from '../../time/clock.js';
import type { ApiMachinery } from '../api-machinery/api-machinery.js';
import { ApiError } from '../api-error.js';
import type { Kind } from '../kinds/kind.js';
import type { NamedMetrics } from '../metrics/named-metrics.js';
import type { MetricsSource } from '../metrics-source.js';
import type { PodLogSource } from '../pod-log-source.js';
import type { Encoding } from './encode.js';
import type { ExpositionSource } from './exposition-handler.js';
import type { ApiRequest } from './messages.js';
import { negotiate } from './representation.js';

/** What the embedder gives. */
export interface ApiHandlerOptions {
  readonly api: ApiMachinery;
  readonly clock: Clock;
  /** Absent: `metrics.k8s.io` is not offered. */
  readonly metrics?: MetricsSource;
  /** Absent: `custom.metrics.k8s.io` and `external.metrics.k8s.io` are not offered. */
  readonly named?: NamedMetrics;
  /** Absent: nothing is told in the Prometheus format. */
  readonly exposition?: ExpositionSource;
  /** Absent: pods have no logs. */
  readonly logs?: PodLogSource;
  /** Whether a bearer token is the administrator's; absent: none is. */
  readonly isToken?: (token: string) => boolean;
}

/** How to answer a request about objects of a kind. */
export function encodingFor(
  { clock }: ApiHandlerOptions,
  kind: Kind,
  request: ApiRequest,
): Encoding {
  const include = request.query.get('includeObject') ?? '';
  return {
    kind,
    representation: negotiate(request.accept),
    nowMs: clock.now(),
    includeObject: include === 'None' || include === 'Object' ? include : 'Metadata',
  };
}

/** 404 for a path under a known group version that names nothing. */
export function unknownResource(): ApiError {
  return new ApiError({
    message: 'the server could not find the requested resource',
    reason: 'NotFound',
    details: {},
    code: 404,
  });
}
