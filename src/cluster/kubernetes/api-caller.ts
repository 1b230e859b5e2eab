/** Plain requests to an API server: JSON in and out, with the status and headers that typed clients hide. */
import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import { fetch, type Response } from 'undici';
import { isRecord } from '../../core/json.js';
import type { Clock } from '../../time/clock.js';
import { ApiRefusal, ApiUnreachable } from '../api-port.js';
import type { ApiAnswer, ApiPort, ApiRequest } from '../api-port.js';

const TIMEOUT_MS = 15_000;

/** Sends requests by one kubeconfig context. */
export class ApiCaller implements ApiPort {
  readonly server: string;
  readonly #config: KubeConfig;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  constructor(config: KubeConfig, clock: Clock, timeoutMs = TIMEOUT_MS) {
    this.#config = config;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.server = config.getCurrentCluster()?.server ?? '';
  }

  /** See {@link ApiPort}; waits at most 15 s. */
  async call(request: ApiRequest): Promise<ApiAnswer> {
    const controller = new AbortController();
    const cancel = this.#clock.after(this.#timeoutMs, () => controller.abort());
    let answer: ApiAnswer;
    try {
      answer = await this.#send(request, controller.signal);
    } catch (error) {
      const because = controller.signal.aborted
        ? `no answer within ${this.#timeoutMs / 1_000} s`
        : deepestText(error);
      throw new ApiUnreachable(this.server, because, error);
    } finally {
      cancel();
    }
    if (answer.status >= 400) throw new ApiRefusal(answer.status, answer.body);
    return answer;
  }

  async #send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const { method = 'GET', path, query = {}, body, contentType = 'application/json' } = request;
    const url = new URL(`${this.server.replace(/\/$/, '')}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const context = new RequestContext(url.toString(), HttpMethod.GET);
    await this.#config.applySecurityAuthentication(context);
    const dispatcher = context.getDispatcher();
    const sentAtMs = this.#clock.now();
    const response = await fetch(url, {
      method,
      headers: {
        ...context.getHeaders(),
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });
    const answeredAtMs = this.#clock.now();
    return {
      status: response.status,
      dateMs: dateOf(response),
      sentAtMs,
      answeredAtMs,
      body: parsed(await response.text()),
    };
  }
}

function dateOf({ headers }: Response): number | undefined {
  const ms = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `fetch failed` says nothing; what it failed of is the cause of its cause. */
function deepestText(error: unknown): string {
  let deepest = error;
  while (isRecord(deepest) && deepest['cause'] instanceof Error) deepest = deepest['cause'];
  if (deepest instanceof AggregateError) deepest = deepest.errors[0];
  return deepest instanceof Error ? deepest.message || deepest.name : String(deepest);
}
