/** Volumes, hooks, sidecars and limits on real processes. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Container } from '../../../src/core/objects.js';
import { CONFIG_MAPS, EVENTS, PODS } from '../../../src/control-plane/resources.js';
import { listen } from '../../support/loopback.js';
import { aProcessKubelet, logText, status } from '../../support/process-kubelet.js';
import type { ProcessKubelet } from '../../support/process-kubelet.js';

const SHELL = { 'app:1': { command: ['/bin/sh', '-c'], env: {} } };
const SETTINGS = { relistDelayMs: 20, volumeRefreshMs: 50 };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function aKubelet(options: Parameters<typeof aProcessKubelet>[0] = {}): Promise<ProcessKubelet> {
  return aProcessKubelet({ images: SHELL, ...options }, SETTINGS);
}

const sh = (...lines: readonly string[]): Partial<Container> => ({ args: [lines.join('\n')] });
/** The shell says so when a signal ends the `sleep` that it waits for. */
const WAIT = 'echo up; while true; do sleep 0.05; done';
const NOISE = new Set(['up', 'Terminated']);

function said(world: ProcessKubelet, name: string): readonly string[] {
  const log = world.runtime.logs.get({ podUid: 'uid-web', container: name });
  return (log?.lines ?? []).map(({ text }) => text).filter((text) => !NOISE.has(text));
}

const note = (name: string): string =>
  `trap "echo ${name} ends >> /scratch/order; exit 0" TERM; echo ${name} starts >> /scratch/order`;

function setConfig(world: ProcessKubelet, data: Record<string, string>): void {
  const metadata = { namespace: 'shop', name: 'settings' };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  if (world.api.get(CONFIG_MAPS, metadata) === undefined) world.api.create(CONFIG_MAPS, object);
  else world.api.update(CONFIG_MAPS, object);
}

describe('volumes', () => {
  it('of a ConfigMap change all at once, in place, and leave a sub-path as it was', async () => {
    const world = await aKubelet();
    setConfig(world, { color: 'red', size: 'small' });

    world.create(
      {
        ...sh(
          'cd "$WHERE"; echo "first $(cat color) $(cat /one/color) $(ls | tr "\\n" " ")"',
          'while [ "$(cat color)" = red ]; do sleep 0.02; done',
          'echo "then $(cat /etc/app/color) $(cat size 2>&1 || true) $(cat /one/color)"',
          WAIT,
        ),
        env: [{ name: 'WHERE', value: '/etc/app' }],
        volumeMounts: [
          { name: 'settings', mountPath: '/etc/app' },
          { name: 'settings', mountPath: '/one/color', subPath: 'color' },
        ],
      },
      { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
    );
    await world.when(() => logText(world)?.includes('first'));
    setConfig(world, { color: 'blue', size: 'large' });
    await world.when(() => logText(world)?.includes('then'));

    expect(said(world, 'app')).toEqual(['first red red color size ', 'then blue large red']);
  });

  it('without a medium are shared by the containers of a pod, outlive them and go with the pod', async () => {
    const world = await aKubelet();
    const mounts = { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] };

    world.create(
      { ...sh('cat /scratch/note && realpath /scratch', WAIT), ...mounts },
      {
        volumes: [{ name: 'scratch', emptyDir: {} }],
        initContainers: [
          { name: 'first', image: 'app:1', ...sh('echo from-init > /scratch/note'), ...mounts },
        ],
      },
    );
    const path = await world.when(() => /^from-init\n(.+)/.exec(logText(world) ?? '')?.[1]);
    const wasThere = existsSync(path);
    world.api.delete(PODS, { namespace: 'shop', name: 'web' }, { gracePeriodSeconds: 1 });
    await world.when(() => !existsSync(path));

    expect(wasThere).toBe(true);
  });
});

describe('hooks', () => {
  it('run as commands in the container and as requests, before it serves and before it ends', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers['user-agent']}`);
      response.statusCode = 500;
      response.end();
    });
    servers.push(server);
    const { port } = await listen(server);
    const world = await aKubelet();

    world.create(
      {
        ...sh('trap "cat /scratch/order; exit 0" TERM', WAIT),
        volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
        lifecycle: {
          postStart: { httpGet: { path: '/hello', host: '127.0.0.1', port } },
          preStop: { exec: { command: ['/bin/sh', '-c', 'echo "stop of $WHO" > /scratch/order'] } },
        },
        env: [{ name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      },
      { volumes: [{ name: 'scratch', emptyDir: {} }] },
    );
    await world.when(() => logText(world)?.includes('up'));
    world.api.delete(PODS, { namespace: 'shop', name: 'web' });
    await world.when(() => world.pod() === undefined);

    expect(asked).toEqual(['/hello kube-lifecycle/1.36']);
    expect(said(world, 'app')).toEqual(['stop of web']);
  });

  it('that fail after the start have the container killed, and say so', async () => {
    const world = await aKubelet();

    world.create(
      {
        ...sh(WAIT),
        lifecycle: { postStart: { exec: { command: ['/bin/sh', '-c', 'exit 3'] } } },
      },
      { restartPolicy: 'Never' },
    );
    const ended = await world.when(() => status(world)?.state?.terminated);

    expect(ended.exitCode).toBe(143);
    const events = world.api
      .list(EVENTS)
      .items.map(({ reason, message }) => `${reason} ${message}`);
    expect(events).toContain('FailedPostStartHook PostStartHook failed');
    expect(events).toContain('Killing FailedPostStartHook');
  });
});

describe('a sidecar', () => {
  it('starts before the container and ends after it', async () => {
    const world = await aKubelet();
    const mounts = { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] };

    world.create(
      { ...sh(note('app'), WAIT), ...mounts },
      {
        volumes: [{ name: 'scratch', emptyDir: {} }],
        initContainers: [
          {
            name: 'proxy',
            image: 'app:1',
            restartPolicy: 'Always',
            ...sh(
              note('proxy'),
              `trap "echo proxy ends >> /scratch/order; cat /scratch/order; exit 0" TERM`,
              WAIT,
            ),
            ...mounts,
            startupProbe: {
              exec: { command: ['grep', 'proxy', '/scratch/order'] },
              periodSeconds: 1,
            },
          },
        ],
      },
    );
    await world.when(() => logText(world)?.includes('up'));
    world.api.delete(PODS, { namespace: 'shop', name: 'web' });
    await world.when(() => world.pod() === undefined);

    expect(said(world, 'proxy')).toEqual(['proxy starts', 'app starts', 'app ends', 'proxy ends']);
  });
});

describe('memory over the limit', () => {
  it.each([
    { name: 'as the machine can', options: {} },
    { name: 'without control groups', options: { accounting: 'proc', cpuLimits: 'none' } as const },
  ])('ends the container as OOMKilled with 137: $name', async ({ options }) => {
    const grow = 'const all = []; setInterval(() => all.push(Buffer.alloc(8e6, 1)), 10);';
    const world = await aKubelet({
      ...options,
      images: { 'app:1': { command: [process.execPath, '-e', grow], env: {} } },
    });

    world.create({ resources: { limits: { memory: '200Mi' } } }, { restartPolicy: 'Never' });
    const ended = await world.when(() => status(world)?.state?.terminated, 20_000);

    expect(ended).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });
});

describe('last words', () => {
  it.each([
    {
      name: 'what was written for them',
      lines: ['echo log', 'printf "no such table" > /dev/termination-log', 'exit 4'],
      policy: 'File',
      message: 'no such table',
    },
    {
      name: 'the end of the log after a failure, where that is asked for',
      lines: ['echo one', 'echo two >&2', 'exit 4'],
      policy: 'FallbackToLogsOnError',
      message: 'one\ntwo\n',
    },
    { name: 'nothing', lines: ['echo log', 'exit 4'], policy: 'File', message: undefined },
  ])('are $name', async ({ lines, policy, message }) => {
    const world = await aKubelet();

    world.create({ ...sh(...lines), terminationMessagePolicy: policy }, { restartPolicy: 'Never' });
    const ended = await world.when(() => status(world)?.state?.terminated);

    expect(ended.exitCode).toBe(4);
    expect(ended.message).toBe(message);
  });
});
