/** Looks at a target before anything is sent: where its name leads, and whether anybody answers there. */
import { lookup } from 'node:dns/promises';
import { BlockList, connect, isIP } from 'node:net';
import type { Clock } from '../../time/clock.js';
import type { Target } from './engine-options.js';

/** What was found. */
export type Reach =
  /** Somebody accepts connections; `addresses` is all that the name leads to. */
  | { readonly kind: 'reached'; readonly addresses: readonly string[] }
  /** It could be anybody's: not every address of it is this machine. Nothing was sent. */
  | { readonly kind: 'not-loopback'; readonly addresses: readonly string[] }
  | { readonly kind: 'unreachable'; readonly because: string };

/** How long a connection may take to open. */
const CONNECT_LIMIT_MS = 5_000;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isLoopback(mapped);
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Resolves a target's name and opens one connection to it, which is closed at once.
 *
 * @param options - `isForeignAllowed`: go on although an address is not loopback.
 */
export async function reachTarget(
  { host, port }: Pick<Target, 'host' | 'port'>,
  options: { readonly clock: Clock; readonly isForeignAllowed: boolean },
): Promise<Reach> {
  let addresses: readonly string[];
  try {
    addresses = (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    return { kind: 'unreachable', because: `cannot resolve ${host}: ${reasonOf(error)}` };
  }
  if (!options.isForeignAllowed && !addresses.every(isLoopback)) {
    return { kind: 'not-loopback', addresses };
  }
  const because = await connectionFault({ host, port }, options.clock);
  return because === undefined
    ? { kind: 'reached', addresses }
    : { kind: 'unreachable', because: `cannot connect to ${host} port ${port}: ${because}` };
}

function connectionFault(
  target: Pick<Target, 'host' | 'port'>,
  clock: Clock,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port });
    const end = (because: string | undefined): void => {
      cancel();
      socket.destroy();
      resolve(because);
    };
    const cancel = clock.after(CONNECT_LIMIT_MS, () => {
      end(`nobody answered within ${CONNECT_LIMIT_MS} ms`);
    });
    socket.once('connect', () => end(undefined));
    socket.on('error', (error) => end(reasonOf(error)));
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name server does not answer',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'nobody answered',
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // several addresses, none of which answered
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  const told = REASONS[code];
  if (told !== undefined) return `${told} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
