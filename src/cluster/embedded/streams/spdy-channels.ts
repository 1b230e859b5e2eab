/** A remote command over the streams of a SPDY session. */
import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '../../../time/clock.js';
import type { CommandChannels, WantedStreams } from './channels.js';
import { SpdySession } from './spdy-session.js';
import type { SpdyStream } from './spdy-session.js';

/** The one protocol that is spoken over SPDY: the last that had streams of its own. */
export const SPDY_COMMAND_PROTOCOL = 'v4.channel.k8s.io';

/** How long a client may take to open its streams. @see Source: kubelet `remotecommand/httpstream.go`. */
const CREATION_TIMEOUT_MS = 30_000;

/**
 * Waits for the streams that the request announced, then gives them to `serve`.
 *
 * @see Source: kubernetes `kubelet/pkg/cri/streaming/remotecommand/httpstream.go`, `waitForStreams`.
 */
export function serveSpdyCommand(
  connection: Duplex,
  { wanted, clock }: { readonly wanted: WantedStreams; readonly clock: Clock },
  serve: (channels: CommandChannels) => void,
): void {
  const missing = new Set([
    'error',
    ...(wanted.stdin ? ['stdin'] : []),
    ...(wanted.stdout ? ['stdout'] : []),
    ...(wanted.stderr ? ['stderr'] : []),
    ...(wanted.tty ? ['resize'] : []),
  ]);
  const streams = new Map<string, Duplex>();
  const closed: (() => void)[] = [];
  let isOver = false;
  let cancel: Cancel | undefined;
  const session = new SpdySession(connection, ({ headers, channel }: SpdyStream) => {
    const type = headers.get('streamtype') ?? '';
    if (!missing.delete(type)) {
      channel.destroy();
      return;
    }
    streams.set(type, channel);
    if (missing.size > 0) return;
    cancel?.();
    serve(
      channelsOf(session, streams, (listener) => (isOver ? listener() : closed.push(listener))),
    );
  });
  cancel = clock.after(CREATION_TIMEOUT_MS, () => session.close());
  void session.serve().finally(() => {
    isOver = true;
    cancel?.();
    for (const listener of closed.splice(0)) listener();
  });
}

function channelsOf(
  session: SpdySession,
  streams: ReadonlyMap<string, Duplex>,
  onClosed: CommandChannels['onClosed'],
): CommandChannels {
  return {
    stdin: streams.get('stdin'),
    resizes: streams.get('resize'),
    stdout: streams.get('stdout'),
    stderr: streams.get('stderr'),
    finish: (status) => {
      const error = streams.get('error');
      if (error === undefined || error.destroyed) session.close();
      else error.end(JSON.stringify(status), () => session.close());
    },
    onClosed,
  };
}
