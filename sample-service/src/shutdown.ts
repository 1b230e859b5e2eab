/** How the service ends when it is asked to: unready, drain, finish, close. */
import type { Config } from './config.js';

/** What ending a service needs of it. */
export interface Draining {
  readonly app: {
    readonly server: { readonly closeAllConnections: () => void };
    /** Takes no more connections; resolves when those that are open have ended. */
    readonly close: () => PromiseLike<unknown>;
  };
  readonly beginDraining: () => void;
  /** Requests read since the start, and those of them not yet answered. */
  readonly requests: { readonly begun: number; readonly inFlight: number };
}

/** `cut-off`: the grace period was over first, and what was still open lost its connection. */
export type Ending = 'finished' | 'cut-off';

/**
 * How often in a row nothing new may be seen until there is nothing. Turns of the event loop, not
 * time: in each turn Node takes one waiting connection, and reads it in the next.
 */
const QUIET_TURNS = 5;

const TURN_MS = 1;
const SILENCE_CHECK_MS = 100;

/**
 * Ends the service: not ready at once; connections are taken for `DRAIN_DELAY_MS` more, because it
 * takes a moment until every proxy knows that the endpoint is gone; then what is open is finished.
 * Never rejects.
 */
export async function shutDown(
  service: Draining,
  { drainDelayMs, shutdownGraceMs }: Pick<Config, 'drainDelayMs' | 'shutdownGraceMs'>,
): Promise<Ending> {
  const { app } = service;
  service.beginDraining();
  const grace = { isOver: false };
  const cutOff = setTimeout(() => {
    grace.isOver = true;
    app.server.closeAllConnections();
  }, shutdownGraceMs);
  await pause(drainDelayMs);
  // Closing the listener resets the connections that wait behind it; a busy service has some.
  for (let quiet = 0, seen = -1; quiet < QUIET_TURNS && !grace.isOver; ) {
    quiet = service.requests.begun === seen ? quiet + 1 : 0;
    seen = service.requests.begun;
    await pause(TURN_MS);
  }
  const stopChecking = whenSilent(service, () => app.server.closeAllConnections());
  await app.close();
  stopChecking();
  clearTimeout(cutOff);
  return grace.isOver ? 'cut-off' : 'finished';
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

/**
 * Calls `task` when no request has come for a while and none is open: what is then left are
 * connections on which a client has said nothing, and it would be in vain to wait for them.
 */
function whenSilent({ requests }: Draining, task: () => void): () => void {
  let seen = requests.begun;
  let silentChecks = 0;
  const timer = setInterval(() => {
    const isSilent = requests.begun === seen && requests.inFlight === 0;
    seen = requests.begun;
    silentChecks = isSilent ? silentChecks + 1 : 0;
    if (silentChecks === QUIET_TURNS) task();
  }, SILENCE_CHECK_MS);
  return () => clearInterval(timer);
}
