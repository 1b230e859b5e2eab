/** How the service ends when it is asked to: unready, drain, finish, close. */
import type { Config } from './config.js';
import type { Service } from './service.js';

/** `cut-off`: requests were still open after the grace period and lost their connections. */
export type Ending = 'finished' | 'cut-off';

const QUIET_CHECK_MS = 100;

/** Checks, not time: between two of them the event loop has read whatever had arrived. */
const QUIET_CHECKS = 5;

/**
 * Ends the service: not ready at once; connections are taken for `DRAIN_DELAY_MS` more, because it
 * takes a moment until every proxy knows that the endpoint is gone; then what is open is finished.
 * Never rejects.
 */
export async function shutDown(
  service: Service,
  { drainDelayMs, shutdownGraceMs }: Pick<Config, 'drainDelayMs' | 'shutdownGraceMs'>,
): Promise<Ending> {
  const { app } = service;
  service.beginDraining();
  let ending: Ending = 'finished';
  const cutOff = setTimeout(() => {
    ending = 'cut-off';
    app.server.closeAllConnections();
  }, shutdownGraceMs);
  // Also without a delay: what has arrived is read before connections that look idle are closed.
  await new Promise((resolve) => setTimeout(resolve, drainDelayMs));
  const stopChecking = whenQuiet(service, () => app.server.closeAllConnections());
  await app.close();
  stopChecking();
  clearTimeout(cutOff);
  return ending;
}

/**
 * Calls `task` when no request has come for a while and none is open: what is then left are
 * connections on which a client has never sent anything, and it would be in vain to wait for them.
 */
function whenQuiet({ requests }: Service, task: () => void): () => void {
  let seen = requests.begun;
  let quietChecks = 0;
  const timer = setInterval(() => {
    const isQuiet = requests.begun === seen && requests.inFlight === 0;
    seen = requests.begun;
    quietChecks = isQuiet ? quietChecks + 1 : 0;
    if (quietChecks === QUIET_CHECKS) task();
  }, QUIET_CHECK_MS);
  return () => clearInterval(timer);
}
