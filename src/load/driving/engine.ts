/** What sends single requests: the part of a sender that knows HTTP and connections. */
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
