/** TCP probes: a connection is success. */
import { createConnection } from 'node:net';
import type { ProbeResult } from '../../../control-plane/pod-runtime.js';
import type { Cancel, Clock } from '../../../time/clock.js';
import { networkErrorText } from './http-probe.js';

/** Where and how long. */
export interface TcpProbeTarget {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/**
 * Connects once and closes at once. Calls `done` once, never after a cancel.
 *
 * @see Source: kubernetes 1.36 `pkg/probe/tcp/tcp.go`, `DoTCPProbe`.
 */
export function tcpProbe(
  { host, port, timeoutMs }: TcpProbeTarget,
  clock: Clock,
  done: (result: ProbeResult) => void,
): Cancel {
  const socket = createConnection({ host, port });
  let isDone = false;
  const finish = (result: ProbeResult | undefined): void => {
    if (isDone) return;
    isDone = true;
    cancelTimer();
    socket.destroy();
    if (result !== undefined) done(result);
  };
  const address = `${host}:${port}`;
  const cancelTimer = clock.after(timeoutMs, () =>
    finish({ kind: 'failure', message: `dial tcp ${address}: i/o timeout` }),
  );
  socket.once('connect', () => finish({ kind: 'success' }));
  socket.on('error', (error) =>
    finish({ kind: 'failure', message: networkErrorText(error, address) }),
  );
  return () => finish(undefined);
}
