/** Addresses for pods and Services: 127.x.y.z of our own, or ports on 127.0.0.1. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Random } from '../../../core/random.js';
import { livingRuns } from '../run-guard/sweep.js';

/** Second octets 64 to 127: what programs that use a loopback address of their own rarely take. */
const FIRST_OCTET = 64;
const OCTETS = 64;
const HOSTS = 254;
const MAX_ATTEMPTS = 1_000;

/** How addresses are chosen. */
export interface LoopbackAddressesOptions {
  readonly random: Random;
  readonly runId: string;
  /** Folder shared by the runs of this user; blocks in use are marked in it. */
  readonly baseDirectory: string;
}

/**
 * Gives out 127.a.b.1 to 127.a.b.254 of blocks that no other run of this user has. An address that
 * came back is the last to be given out again, so that nobody reaches a new pod by an old address.
 */
export class LoopbackAddresses {
  readonly #options: LoopbackAddressesOptions;
  readonly #folder: string;
  readonly #blocks: string[] = [];
  readonly #free: string[] = [];

  constructor(options: LoopbackAddressesOptions) {
    this.#options = options;
    this.#folder = join(options.baseDirectory, 'addresses');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#claimBlock();
  }

  /** An address that nobody has. */
  take(): string {
    if (this.#free.length === 0) this.#claimBlock();
    const address = this.#free.shift();
    if (address === undefined) throw new RangeError('expected a free loopback address');
    return address;
  }

  /** Gives an address back. */
  release(address: string): void {
    this.#free.push(address);
  }

  /**
   * A whole block that no pod gets addresses of, for Services: `127.a.b`.
   *
   * @throws {RangeError} when other runs have them all.
   */
  takeBlock(): string {
    const { random, baseDirectory } = this.#options;
    const living = livingRuns(baseDirectory);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const block = `127.${FIRST_OCTET + random.below(OCTETS)}.${random.below(256)}`;
      if (!this.#claim(block, living)) continue;
      this.#blocks.push(block);
      return block;
    }
    throw new RangeError('expected a free block of loopback addresses, found none');
  }

  /** Gives all blocks back. */
  close(): void {
    for (const block of this.#blocks.splice(0)) rmSync(join(this.#folder, block), { force: true });
    this.#free.length = 0;
  }

  #claimBlock(): void {
    const block = this.takeBlock();
    for (let host = 1; host <= HOSTS; host++) this.#free.push(`${block}.${host}`);
  }

  #claim(block: string, living: ReadonlySet<string>): boolean {
    const path = join(this.#folder, block);
    const { runId } = this.#options;
    try {
      writeFileSync(path, runId, { flag: 'wx' });
      return true;
    } catch {
      const owner = readOwner(path);
      if (owner === undefined || owner === runId || living.has(owner)) return false;
    }
    // Its run is dead.
    rmSync(path, { force: true });
    return this.#claim(block, new Set([...living, runId]));
  }
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // just removed by its owner
    return undefined;
  }
}

/** Whether this machine lets us listen on a loopback address other than 127.0.0.1. */
export function canListenOn(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(true)));
  });
}
