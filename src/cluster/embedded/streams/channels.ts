/** What a remote command says and hears, whatever carries it. */
import type { Readable, Writable } from 'node:stream';
import type { Status } from '../../../control-plane/api-error.js';

/** The streams that a client asked for; absent: it did not. */
export interface CommandChannels {
  readonly stdin: Readable | undefined;
  /** JSON objects `{"Width":80,"Height":24}`, one after the other. */
  readonly resizes: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  /** Says how the command ended, after everything it wrote, and closes. */
  finish(status: ChannelStatus): void;
  /** Calls `listener` when the client is gone, or everything is over. */
  onClosed(listener: () => void): void;
}

/** How a command ended: `Success`, or why not. */
export type ChannelStatus = Omit<Status, 'kind' | 'apiVersion'>;

/** Which streams a client asked for. */
export interface WantedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}
