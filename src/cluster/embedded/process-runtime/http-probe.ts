/** HTTP probes and hooks over real connections. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HttpGetAction } from '../../../core/objects.js';
import type { ProbeResult } from '../../../control-plane/pod-runtime.js';
import type { Cancel, Clock } from '../../../time/clock.js';

/** Where and how long. */
export interface HttpProbeTarget {
  readonly action: HttpGetAction;
  readonly host: string;
  readonly port: number;
  /** Absent: as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** Absent: that of probes. */
  readonly userAgent?: string;
  /** Whether a refusal by the service is an answer too, as it is to a hook. */
  readonly isAnyAnswerFine?: boolean;
}

const USER_AGENT = 'kube-probe/1.36';
const MAX_REDIRECTS = 10;
/** @see Source: kubernetes 1.36 `pkg/probe/http/http.go`, `maxRespBodyLength`. */
const MAX_BODY = 10_240;

/**
 * Asks once, on a connection of its own. 200 to 399 is success; a redirect on the same host is
 * followed, one to another host is taken as it is. Calls `done` once, never after a cancel.
 *
 * @see Source: kubernetes 1.36 `pkg/probe/http/http.go`, `DoHTTPProbe`; `pkg/probe/http/request.go`.
 */
export function httpProbe(
  target: HttpProbeTarget,
  clock: Clock,
  done: (result: ProbeResult) => void,
): Cancel {
  const { action, timeoutMs, userAgent = USER_AGENT, isAnyAnswerFine = false } = target;
  const scheme = action.scheme === 'HTTPS' ? 'https' : 'http';
  const path = action.path ?? '/';
  const first = `${scheme}://${target.host}:${target.port}${path.startsWith('/') ? '' : '/'}${path}`;
  let isDone = false;
  let abort: Cancel | undefined;
  const finish = (result: ProbeResult | undefined): void => {
    if (isDone) return;
    isDone = true;
    cancelTimer();
    abort?.();
    if (result !== undefined) done(result);
  };
  const failed = (url: string, why: string): void =>
    finish({ kind: 'failure', message: `Get "${url}": ${why}` });
  let url = first;
  const late = (): void =>
    failed(url, 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
  const cancelTimer: Cancel =
    timeoutMs === undefined ? () => undefined : clock.after(timeoutMs, late);
  let redirects = 0;
  const ask = (): void => {
    abort = get(url, headersOf(action, userAgent), {
      onError: (error) => failed(url, errorText(error, url)),
      onAnswer: (answer) => {
        const next = redirectOf(answer, url);
        if (isAnyAnswerFine) finish({ kind: 'success' });
        else if (next === undefined || isDone) judge(answer, finish);
        else if (++redirects > MAX_REDIRECTS) failed(url, 'stopped after 10 redirects');
        else {
          url = next;
          ask();
        }
      },
    });
  };
  ask();
  return () => finish(undefined);
}

interface Handlers {
  readonly onAnswer: (answer: IncomingMessage) => void;
  readonly onError: (error: Error) => void;
}

function get(
  url: string,
  headers: Readonly<Record<string, string | string[]>>,
  handlers: Handlers,
): Cancel {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const options: RequestOptions & { rejectUnauthorized: boolean } = {
    agent: false,
    headers,
    // A pod's certificate is its own affair, upstream does not check it either.
    rejectUnauthorized: false,
  };
  try {
    const request = send(url, options, (answer) => {
      answer.on('error', () => undefined);
      handlers.onAnswer(answer);
      answer.resume();
    });
    request.on('error', handlers.onError);
    request.end();
    return () => request.destroy();
  } catch (error) {
    // an address or header that Node refuses
    const refusal = error instanceof Error ? error : new Error(String(error));
    process.nextTick(() => handlers.onError(refusal));
    return () => undefined;
  }
}

/** A header given by the probe replaces ours; an empty `Accept` or `User-Agent` removes it. */
function headersOf(action: HttpGetAction, userAgent: string): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    'User-Agent': userAgent,
    Accept: '*/*',
    Connection: 'close',
  };
  for (const { name, value } of action.httpHeaders ?? []) {
    const known = Object.keys(headers).find((key) => key.toLowerCase() === name.toLowerCase());
    if (known !== undefined && known !== 'Connection') delete headers[known];
    if (value !== '') headers[name] = value;
  }
  return headers;
}

function redirectOf(answer: IncomingMessage, url: string): string | undefined {
  const status = answer.statusCode ?? 0;
  const { location } = answer.headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, url)) return undefined;
  const next = new URL(location, url);
  return next.hostname === new URL(url).hostname ? next.href : undefined;
}

/** A redirect that is not followed is a success with a warning, which tells what was answered. */
function judge(answer: IncomingMessage, finish: (result: ProbeResult) => void): void {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status >= 400) {
    finish({ kind: 'failure', message: `HTTP probe failed with statuscode: ${status}` });
    return;
  }
  if (status < 300) {
    finish({ kind: 'success' });
    return;
  }
  let body = '';
  answer.setEncoding('utf8');
  answer.on('data', (chunk: string) => {
    if (body.length < MAX_BODY) body += chunk;
  });
  answer.on('close', () => {
    const warning = `Probe terminated redirects, Response body: ${body.slice(0, MAX_BODY)}`;
    finish({ kind: 'success', warning });
  });
}

/** The words of Go's network errors, which people know from `kubectl describe`. */
export function networkErrorText(error: Error, address: string): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${address}: connect: connection refused`;
    case 'ECONNRESET':
      return error.message.includes('socket hang up')
        ? 'EOF'
        : `read tcp ${address}: read: connection reset by peer`;
    case 'EHOSTUNREACH':
      return `dial tcp ${address}: connect: no route to host`;
    default:
      return error.message;
  }
}

function errorText(error: Error, url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return networkErrorText(
    error,
    `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`,
  );
}
