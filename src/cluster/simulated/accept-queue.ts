/** New connections before a busy event loop: it takes them all at once, and only after what it holds is done. */

/** Node's `server.listen` asks for so many; Linux's `somaxconn` (4,096) does not lower it. */
const BACKLOG = 511;

/** A connection before the service took it. */
export interface Arrival {
  /** Whether the service knows of it by now. */
  readonly isTaken: () => boolean;
}

/**
 * Which connections a service has taken and which still wait in the kernel: those that arrive while it works
 * wait for the turn after. What waits is gone when the service closes its listener.
 *
 * Source: libuv, `src/unix/stream.c` (`uv__server_io` accepts until there is nothing more, once a turn of the loop).
 */
export class AcceptQueue {
  /** Of the turn that is being worked on. */
  #turn = 0;
  /** Jobs of that turn that are not done yet. */
  #left = 0;
  #waiting = 0;

  /** A new connection with its request; undefined: the queue is full, and it is not even refused. */
  arrive(): Arrival | undefined {
    if (this.#waiting >= BACKLOG) return undefined;
    const turn = this.#add();
    return { isTaken: () => turn <= this.#turn };
  }

  /** A request on a connection that was taken long ago. */
  continue(): void {
    this.#add();
  }

  /** One of all that came is done. */
  done(): void {
    this.#left--;
    if (this.#left > 0 || this.#waiting === 0) return;
    this.#turn++;
    this.#left = this.#waiting;
    this.#waiting = 0;
  }

  #add(): number {
    if (this.#left === 0) {
      this.#left = 1;
      return this.#turn;
    }
    this.#waiting++;
    return this.#turn + 1;
  }
}
