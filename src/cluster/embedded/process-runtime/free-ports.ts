/** Free ports on 127.0.0.1 for pods that share it. */
import { createServer } from 'node:net';
import type { Random } from '../../../core/random.js';

/** Below the ports that systems give to outgoing connections (32768 and up on Linux). */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const KEPT_READY = 32;

/**
 * Keeps ports that were free a moment ago, so that one can be had without waiting. A port that came
 * back is not given out again: the last connections to it may still be closing.
 */
export class FreePorts {
  readonly #random: Random;
  readonly #ready: number[] = [];
  readonly #seen = new Set<number>();
  #filling: Promise<void> | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Looks for the first ports. */
  async start(): Promise<void> {
    await this.#fill();
  }

  /** A port that was free; when many are asked for at once, one that was not looked at. */
  take(): number {
    const port = this.#ready.shift() ?? this.#unseen();
    if (this.#ready.length < KEPT_READY / 2) void this.#fill();
    return port;
  }

  #fill(): Promise<void> {
    this.#filling ??= this.#look().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #look(): Promise<void> {
    while (this.#ready.length < KEPT_READY && this.#seen.size < PORTS) {
      const port = this.#unseen();
      if (await isFree(port)) this.#ready.push(port);
    }
  }

  #unseen(): number {
    for (;;) {
      const port = FIRST_PORT + this.#random.below(PORTS);
      if (this.#seen.size >= PORTS) this.#seen.clear();
      if (this.#seen.has(port)) continue;
      this.#seen.add(port);
      return port;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
