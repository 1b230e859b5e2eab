import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ChannelStatus } from '../../../../../src/cluster/embedded/streams/channels.js';
import type {
  CommandEnd,
  RunningCommand,
  TerminalSize,
} from '../../../../../src/cluster/embedded/streams/container-access.js';
import { serveCommand } from '../../../../../src/cluster/embedded/streams/remote-command.js';

/** A client and a command, each in the test's hands. */
function aConversation() {
  const client = {
    stdin: new PassThrough(),
    resizes: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  };
  const command = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  };
  const sizes: TerminalSize[] = [];
  const statuses: ChannelStatus[] = [];
  let finish: ((end: CommandEnd) => void) | undefined;
  let leave: (() => void) | undefined;
  let hasLeft = false;
  const running: RunningCommand = {
    ...command,
    end: new Promise((resolve) => {
      finish = resolve;
    }),
    resize: (size) => sizes.push(size),
    leave: () => {
      hasLeft = true;
    },
  };
  const channels = {
    ...client,
    finish: (status: ChannelStatus) => statuses.push(status),
    onClosed: (listener: () => void) => {
      leave = listener;
    },
  };
  return {
    client,
    command,
    sizes,
    statuses,
    serve: (start: () => RunningCommand | string = () => running) => serveCommand(channels, start),
    end: (end: CommandEnd) => {
      command.stdout.end();
      command.stderr.end();
      finish?.(end);
    },
    leave: () => leave?.(),
    hasLeft: () => hasLeft,
  };
}

describe('a remote command', () => {
  it('hears its input, and its status comes after all of its output', async () => {
    const { client, command, statuses, serve, end } = aConversation();
    const served = serve();
    client.stdin.end('in');
    let output = '';
    client.stdout.on('data', (chunk) => {
      expect(statuses).toEqual([]);
      output += String(chunk);
    });
    client.stderr.resume();
    command.stdout.write('out');
    end({ kind: 'exited', code: 0 });
    await served;

    expect(command.stdin.read()?.toString()).toBe('in');
    expect(output).toBe('out');
    expect(statuses).toEqual([{ metadata: {}, status: 'Success' }]);
  });

  const ends = [
    {
      name: 'another exit code',
      end: { kind: 'exited', code: 137 },
      status: {
        status: 'Failure',
        reason: 'NonZeroExitCode',
        message:
          'command terminated with non-zero exit code: command terminated with exit code 137',
        details: { causes: [{ reason: 'ExitCode', message: '137' }] },
      },
    },
    {
      name: 'no start',
      end: { kind: 'failed', message: 'no such program' },
      status: {
        status: 'Failure',
        reason: 'InternalError',
        message: 'Internal error occurred: no such program',
        code: 500,
      },
    },
  ] as const;
  it.each(ends)('tells $name as upstream does', async ({ end, status }) => {
    const conversation = aConversation();
    const served = conversation.serve();
    conversation.client.stdout.resume();
    conversation.client.stderr.resume();
    conversation.end(end);
    await served;

    expect(conversation.statuses).toMatchObject([status]);
  });

  it('that cannot be started says why', async () => {
    const { statuses, serve } = aConversation();
    await serve(() => 'container not found ("app")');

    expect(statuses).toMatchObject([
      { status: 'Failure', message: 'Internal error occurred: container not found ("app")' },
    ]);
  });

  it('is told the sizes of the window, however they arrive; what is no size is passed over', () => {
    const { client, sizes, serve } = aConversation();
    void serve();
    for (const piece of [
      '{"Width":80,',
      '"Height":24}\n{"Width":81,"Height":25}',
      '{"Width":-1,"Height":2}',
      'x}',
    ]) {
      client.resizes.write(piece);
    }
    client.resizes.write('{"Width":99,"Height":33}');

    expect(sizes).toEqual([
      { width: 80, height: 24 },
      { width: 81, height: 25 },
      { width: 99, height: 33 },
    ]);
  });

  it('goes on when the client leaves', async () => {
    const { client, command, serve, end, leave, hasLeft } = aConversation();
    const served = serve();
    client.stdout.destroy();
    client.stderr.destroy();
    leave();
    for (let count = 0; count < 100; count++) command.stdout.write(Buffer.alloc(65_536));
    end({ kind: 'exited', code: 0 });

    await served;
    expect(hasLeft()).toBe(true);
  });
});
