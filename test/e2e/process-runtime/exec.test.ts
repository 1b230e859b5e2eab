/** Commands in running containers, and the terminals that they get. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findTerminalHelper,
  inTerminal,
} from '../../../src/cluster/embedded/process-runtime/terminal.js';
import { spawnGroup } from '../../../src/cluster/embedded/process-runtime/spawned-process.js';
import { isAlive } from '../../../src/cluster/embedded/run-guard/process-files.js';
import type {
  CommandEnd,
  RunningCommand,
} from '../../../src/cluster/embedded/streams/container-access.js';
import { aProcessWorld } from '../../support/process-world.js';
import type { ProcessWorld } from '../../support/process-world.js';

const PATH = new Map([['PATH', process.env['PATH'] ?? '']]);
const FOREVER = 'console.log("up"); setInterval(() => undefined, 1000)';

async function heard(command: RunningCommand): Promise<{ text: string; end: CommandEnd }> {
  let text = '';
  command.stdout?.on('data', (chunk) => (text += String(chunk)));
  command.stderr?.resume();
  return { end: await command.end, text };
}

describe('exec', () => {
  let world: ProcessWorld;
  beforeAll(async () => {
    world = await aProcessWorld();
  });
  afterAll(() => world.close());

  async function aContainer(name: string) {
    const { line, container } = world.run(name, FOREVER, { env: [] });
    await line(/up/);
    const access = world.runtime.container({ podUid: name, container: 'app' });
    if (access === undefined) throw new Error('expected the container to run');
    return { access, container };
  }

  it('runs in the control groups of the container', async () => {
    const { access } = await aContainer('groups');
    const argv = ['cat', '/proc/self/cgroup'];
    const { text } = await heard(access.exec({ argv, stdin: false, tty: false }));

    const hasGroups = world.runtime.abilities.cgroups !== undefined;
    expect(text.includes(`hpa-lab-${world.guard.runId}`)).toBe(
      hasGroups && existsSync('/proc/self'),
    );
  });

  it('ends with the container, terminal or not, whatever signals it ignores', async () => {
    const { access, container } = await aContainer('ends');
    const pids: number[] = [];
    const commands = [false, true].map((tty) => {
      const script = 'trap "" HUP TERM; echo pid $$; while :; do sleep 1; done';
      const command = access.exec({ argv: ['sh', '-c', script], stdin: false, tty });
      command.stdout?.on('data', (chunk) => {
        const found = /pid (\d+)/.exec(String(chunk));
        if (found !== null) pids.push(Number(found[1]));
      });
      command.stderr?.resume();
      return command;
    });
    await expect.poll(() => pids.length, { timeout: 10_000 }).toBe(2);

    container.signal('SIGKILL');
    await Promise.all(commands.map(({ end }) => end));

    await expect.poll(() => pids.filter((pid) => isAlive(pid)), { timeout: 5_000 }).toEqual([]);
    expect(world.runtime.container({ podUid: 'ends', container: 'app' })).toBeUndefined();
  });

  it('says that a program is not there, or that an argument is none', async () => {
    const { access } = await aContainer('faulty');
    const missing = await access.exec({ argv: ['no-such-program'], stdin: false, tty: true }).end;
    expect(missing).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining(
        'exec: "no-such-program": executable file not found in $PATH',
      ),
    });

    const zero = await access.exec({ argv: ['echo', 'a\0b'], stdin: false, tty: false }).end;
    expect(zero.kind).toBe('failed');
    expect((await access.exec({ argv: [], stdin: false, tty: false }).end).kind).toBe('failed');
  });
});

describe.each(['script', 'python'] as const)('a terminal made by %s', (kind) => {
  const helper = findTerminalHelper(PATH, kind);

  it.skipIf(helper === undefined)(
    'gives arguments, environment and exit code as they are',
    async () => {
      if (helper === undefined) return;
      const hostile = ["it's", '$(echo no)', '`no`', '"', '\\', 'a b', '', '*'];
      const program =
        'console.log(JSON.stringify([process.argv.slice(1), process.stdout.isTTY, process.env]));process.exit(9)';
      const env = new Map([...PATH, ['i', 'mine'], ['SHELL', '/bin/none']]);
      const argv = [process.execPath, '-e', program, '--', ...hostile];
      const options = { argv, env, workingDirectory: '/', joinFiles: [] };

      const child = spawnGroup(inTerminal(helper, options));
      let text = '';
      child.stdout?.on('data', (chunk) => (text += String(chunk)));
      const code = await new Promise((resolve) => child.once('close', resolve));

      const [args, isTerminal, seen] = JSON.parse(text.replaceAll(/\r?\n/g, ''));
      expect(args).toEqual(hostile);
      expect(isTerminal).toBe(true);
      expect(seen).toMatchObject({ i: 'mine', SHELL: '/bin/none', TERM: 'xterm' });
      expect(Object.keys(seen).filter((name) => name.startsWith('HPA_LAB_TTY'))).toEqual([]);
      expect(code).toBe(9);
    },
  );
});
