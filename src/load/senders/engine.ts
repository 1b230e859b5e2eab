/** What sends single requests: the part of a sender that knows HTTP and connections. */
import type { LookupFunction } from 'node:net';
import type { Account } from '../ledger.js';
import type { AnswerContent, Kept } from '../request-checks.js';
import type { OutgoingRequest } from '../request-script.js';
import type { FailureKind } from '../sender.js';

/** A request under way. Times are ms since the load began. */
export interface Exchange {
  readonly account: Account;
  readonly dueMs: number;
  readonly request: OutgoingRequest;
  sentMs: number;
  /** Links of the list of requests under way, oldest first; that list's own. */
  previous: Exchange | undefined;
  next: Exchange | undefined;
  /** What carries it; the engine's own. */
  carrier: Carrier | undefined;
}

/** What an engine keeps with a request. */
export interface Carrier {
  /** Ends the request's connection; nothing more is told of the request. */
  abandon(): void;
}

/** What an engine tells of an answer. */
export interface EngineAnswer {
  readonly status: number;
  /** The header `x-pod-name`. */
  readonly podName: string | undefined;
  /** What the request asked to keep; absent when that is nothing. */
  readonly content: AnswerContent | undefined;
}

/** Where an engine tells what became of a request; each one once, never from within `send`. */
export interface EngineEvents {
  /**
   * The answer is complete. The connection is free again, or gone, before this is called; `answer` holds
   * until the next request is sent.
   */
  answered(exchange: Exchange, answer: EngineAnswer): void;
  failed(exchange: Exchange, kind: FailureKind): void;
}

/** An HTTP client that does as it is told: no pacing, no retries, no timeouts of its own. */
export interface Engine {
  /** Name and version for the report. */
  readonly name: string;
  /** Sends on a free connection, or a new one while more may be opened; false when neither is to be had. */
  send(exchange: Exchange): boolean;
  /** Ends every connection; nothing more is told. */
  close(): void;
}

/** What an engine is made from. */
export interface EngineOptions {
  readonly target: Target;
  readonly connections: EngineConnections;
  readonly events: EngineEvents;
  /** Milliseconds on any steady clock. */
  readonly now: () => number;
  /** How names are resolved, for each new connection; absent: as the system does. */
  readonly lookup?: LookupFunction;
}

/** A request as engines see it. */
export interface EngineRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How much of the answer is asked for. */
  readonly kept: Kept;
  /** Whether this same object is sent again and again, so that what is made of it is worth keeping. */
  readonly isFixed: boolean;
}

/** How many connections, and how long each is used. */
export interface EngineConnections {
  readonly maxConnections: number;
  /** Requests on one connection; 1: a new connection each time; Infinity: no limit. */
  readonly maxRequests: number;
  /** Age at which a connection gets no more requests; Infinity: none. */
  readonly maxAgeMs: number;
}

/** Where requests go. */
export interface Target {
  readonly isTls: boolean;
  /** Whether certificates are verified. */
  readonly isVerified: boolean;
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** As in the `Host` header. */
  readonly authority: string;
}

/**
 * The target of a base URL such as `http://127.0.0.1:8080`.
 *
 * @param options - `isVerified`: of the certificates of `https:` targets.
 * @returns undefined when it is no `http:` or `https:` URL, or names more than a host and a port.
 */
export function targetOf(
  baseUrl: string,
  { isVerified = true }: { readonly isVerified?: boolean } = {},
): Target | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  const url = new URL(baseUrl);
  const isTls = url.protocol === 'https:';
  if (!isTls && url.protocol !== 'http:') return undefined;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    return undefined;
  }
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { isTls, isVerified, host, port, authority: url.host };
}
