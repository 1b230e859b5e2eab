/** Connects a client's channels with a command in a container. */
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ApiError } from '../../../control-plane/api-error.js';
import type { ChannelStatus, CommandChannels } from './channels.js';
import type { CommandEnd, RunningCommand, TerminalSize } from './container-access.js';

/** A line with a terminal's size is some 30 bytes. */
const MAX_RESIZE_TEXT = 4_096;
const MAX_TERMINAL_SIDE = 10_000;

/** Serves a command to its end; `start` says in a text why there is none. Never rejects. */
export async function serveCommand(
  channels: CommandChannels,
  start: () => RunningCommand | string,
): Promise<void> {
  const command = start();
  if (typeof command === 'string') {
    channels.finish(failure(command));
    return;
  }
  channels.onClosed(() => command.leave());
  if (channels.stdin !== undefined && command.stdin !== undefined) {
    channels.stdin.pipe(command.stdin);
  } else channels.stdin?.resume();
  followResizes(channels.resizes, (size) => command.resize(size));
  const written = [sent(command.stdout, channels.stdout), sent(command.stderr, channels.stderr)];
  const end = await command.end;
  await Promise.all(written);
  channels.finish(statusOf(end));
}

/** Resolves when all was sent, or nobody is there to hear it. */
async function sent(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (to === undefined) {
    from?.resume();
    return;
  }
  if (from === undefined) to.end();
  else from.pipe(to);
  try {
    await finished(to, { readable: false });
  } catch {
    // the client left; what the command still says is read and dropped
    from?.resume();
  }
}

/** Sizes that are none are passed over. */
function followResizes(resizes: Readable | undefined, resize: (size: TerminalSize) => void): void {
  let text = '';
  resizes?.on('data', (chunk: Buffer) => {
    text = `${text}${chunk.toString('utf8')}`.slice(-MAX_RESIZE_TEXT);
    for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
      const size = sizeIn(text.slice(0, end + 1));
      text = text.slice(end + 1);
      if (size !== undefined) resize(size);
    }
  });
}

function sizeIn(text: string): TerminalSize | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const sides = new Map(Object.entries(value));
    const [width, height] = [sides.get('Width'), sides.get('Height')];
    return isSide(width) && isSide(height) ? { width, height } : undefined;
  } catch {
    // not JSON: nothing to resize to
    return undefined;
  }
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= MAX_TERMINAL_SIDE;
}

/**
 * What stands in the status channel.
 *
 * @see Source: kubernetes `kubelet/pkg/cri/streaming/remotecommand/exec.go`, `ServeExec`.
 */
export function statusOf(end: CommandEnd): ChannelStatus {
  if (end.kind === 'failed') return failure(end.message);
  if (end.code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${end.code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(end.code) }] },
  };
}

function failure(message: string): ChannelStatus {
  const {
    metadata,
    status,
    message: text,
    reason,
    details,
    code,
  } = ApiError.internal(message).status;
  return {
    metadata,
    status,
    ...(text === undefined ? {} : { message: text }),
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    ...(code === undefined ? {} : { code }),
  };
}
