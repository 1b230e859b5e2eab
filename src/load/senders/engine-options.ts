/** What engines that send over a network are made from. */
import type { LookupFunction } from 'node:net';
import type { EngineConnections, EngineEvents } from '../driving/engine.js';

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
