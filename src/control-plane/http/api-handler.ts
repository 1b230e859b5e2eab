/** Answers every request of the API: the way from a path to what handles it. */
import { ApiError } from '../api-error.js';
import { NAMESPACES } from '../resources.js';
import { ADMINISTRATOR, attributesOf, decide, forbidden } from './authorization.js';
import type { User } from './authorization.js';
import { answerComponentStatuses, isComponentStatuses } from './component-statuses.js';
import { unknownResource } from './context.js';
import type { ApiHandlerOptions } from './context.js';
import {
  answerCustomResourceDefinitions,
  isCustomResourceDefinitions,
} from './custom-resource-definitions.js';
import { Discovery } from './discovery.js';
import { answerExposition } from './exposition-handler.js';
import { answerHealth } from './health.js';
import { userOf } from './impersonation.js';
import { json, text } from './messages.js';
import type { ApiRequest, ApiResponse } from './messages.js';
import { METRICS_GROUP, handleMetrics } from './metrics-handler.js';
import { handleNamedMetrics, isNamedMetrics } from './named-metrics-handler.js';
import { OpenApi } from './open-api.js';
import { handleCollection, handleObject } from './resource-handler.js';
import { answerReview } from './reviews.js';
import { parseResourcePath } from './resource-path.js';
import type { ResourcePath } from './resource-path.js';
import { isConnection, podConnection } from './streams/pod-connection.js';
import type { PodConnection } from './streams/pod-connection.js';
import { handleSubresource } from './subresource-handler.js';
import { answerWorkloadsWithoutAny } from './workloads-without-any.js';

/** What `/version` answers: the version whose behavior this API follows. */
const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+hpa-lab',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'none',
  platform: 'hpa-lab/embedded',
} as const;

/** The API without its transport: requests in, answers out, no I/O. */
export class ApiHandler {
  readonly #options: ApiHandlerOptions;
  readonly #discovery: Discovery;
  readonly #openApi: OpenApi;

  constructor(options: ApiHandlerOptions) {
    this.#options = options;
    const { kinds } = options.api;
    this.#discovery = new Discovery({
      kinds,
      hasMetrics: options.metrics !== undefined,
      ...(options.named === undefined ? {} : { named: options.named }),
    });
    this.#openApi = new OpenApi(kinds);
  }

  /** The answer to a request; refusals are answers too. Throws only what is a fault of ours. */
  handle(request: ApiRequest): ApiResponse {
    const warnings: string[] = [];
    try {
      return withWarnings(this.#route(request, warnings), warnings);
    } catch (error) {
      if (isTooDeep(error)) return json(400, ApiError.badRequest('exceeded max depth').status);
      if (!(error instanceof ApiError)) throw error;
      const { retryAfterSeconds } = error.status.details ?? {};
      const answer = json(error.code, error.status);
      return withWarnings(
        retryAfterSeconds === undefined ? answer : { ...answer, retryAfterSeconds },
        warnings,
      );
    }
  }

  /**
   * What a request that wants another protocol asks to be connected with; undefined: it is no request
   * of that kind, and `handle` answers it.
   *
   * @throws {ApiError} as the API refuses.
   */
  connection(request: ApiRequest): PodConnection | undefined {
    const path = parseResourcePath(request.path);
    if (path === undefined || !isConnection(path)) return undefined;
    authorized(request, path);
    return podConnection(this.#options, path, request);
  }

  #route(request: ApiRequest, warnings: string[]): ApiResponse {
    if ((request.bytes ?? request.body).length > MAX_BODY_BYTES) throw tooLarge();
    const path = parseResourcePath(request.path);
    const health = answerHealth(request);
    if (health !== undefined) return health;
    const user = authorized(request, path);
    if (path === undefined) return this.#answerRoot(request);
    const review = answerReview({ ...this.#options, user }, path, request);
    if (review !== undefined) return review;
    const exposition = answerExposition(this.#options, path, request);
    if (exposition !== undefined) return exposition;
    const { metrics } = this.#options;
    if (path.group === METRICS_GROUP.group && path.version === METRICS_GROUP.version) {
      if (metrics === undefined) return notFoundPage();
      return handleMetrics({ ...this.#options, metrics }, path, request);
    }
    const { named, clock } = this.#options;
    if (named !== undefined && isNamedMetrics(path)) {
      return handleNamedMetrics(named, path, { request, nowMs: clock.now() });
    }
    if (isComponentStatuses(path)) {
      return answerComponentStatuses(this.#options, path, { request, warnings });
    }
    if (isCustomResourceDefinitions(path)) return answerCustomResourceDefinitions(path, request);
    return this.#answerKind(path, request, warnings);
  }

  #answerKind(path: ResourcePath, request: ApiRequest, warnings: string[]): ApiResponse {
    const kind = this.#options.api.kinds.find(path);
    if (kind === undefined) {
      if (!this.#discovery.has(path.group, path.version)) return notFoundPage();
      const { resourceVersion } = this.#options.api.list(NAMESPACES);
      const none = answerWorkloadsWithoutAny(path, request, resourceVersion);
      if (none !== undefined) return none;
      throw unknownResource();
    }
    if (!kind.resource.namespaced && path.namespace !== undefined) throw unknownResource();
    if (kind.deprecation !== undefined) warnings.push(kind.deprecation);
    const target = { kind, path, request, warnings };
    if (path.name === undefined) return handleCollection(this.#options, target);
    if (kind.resource.namespaced && path.namespace === undefined) throw unknownResource();
    if (path.subresource !== undefined) return handleSubresource(this.#options, target);
    return handleObject(this.#options, target);
  }

  #answerRoot(request: ApiRequest): ApiResponse {
    const { path, accept } = request;
    if (path === '/') return json(200, { paths: this.#rootPaths() });
    if (path === '/version' || path === '/version/') return json(200, VERSION);
    return (
      this.#discovery.answer(path, accept) ?? this.#openApi.answer(path, accept) ?? notFoundPage()
    );
  }

  #rootPaths(): readonly string[] {
    const own = ['/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];
    return [...this.#discovery.paths, ...own];
  }
}

/** Upstream's bound for one body. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** 413. */
export function tooLarge(): ApiError {
  return new ApiError({
    message: `Request entity too large: limit is ${MAX_BODY_BYTES}`,
    reason: 'RequestEntityTooLarge',
    code: 413,
  });
}

/**
 * Whether an object was nested so deep that a look into all of it did not fit the stack. Nothing has been
 * stored then: that is the last step, and does not look inside.
 *
 * @see Source: Go `encoding/json/scanner.go`, `maxNestingDepth`, for the words.
 */
function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

function withWarnings(response: ApiResponse, warnings: readonly string[]): ApiResponse {
  return warnings.length === 0 ? response : { ...response, warnings };
}

/** In whose name a request is. @throws {ApiError} 403 when they may not do what it asks. */
function authorized(request: ApiRequest, path: ResourcePath | undefined): User {
  const user = userOf(request.impersonation);
  if (user === ADMINISTRATOR) return user;
  const attributes = attributesOf(request, path);
  if (!decide(user, attributes).isAllowed) throw forbidden(user, attributes);
  return user;
}

function notFoundPage(): ApiResponse {
  return text(404, '404 page not found\n');
}
