import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/core/objects.js';
import { EVENTS, PODS } from '../../../src/control-plane/resources.js';
import { markedProcesses } from '../../../src/cluster/embedded/run-guard/process-files.js';
import { aProcessKubelet, logText, status } from '../../support/process-kubelet.js';
import type { ProcessKubelet } from '../../support/process-kubelet.js';

/** A service that listens where it is told and answers everything; `/ready` after `READY_MS`. */
const SERVER = `
  const started = Date.now();
  const server = require('node:http').createServer((request, response) => {
    const isReady = Date.now() - started >= Number(process.env.READY_MS ?? 0);
    response.statusCode = request.url === '/ready' && !isReady ? 503 : 200;
    response.end(process.env.GREETING ?? 'hello');
  });
  server.listen(Number(process.env.PORT), process.env.HOST, () => console.log('listening', process.env.HOST, process.env.PORT));
  process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
`;

const node = (script: string) => ({ command: [process.execPath, '-e', script], env: {} });

const isReady = (world: ProcessKubelet) => status(world)?.ready === true;

const SERVICE = {
  ...node(SERVER),
  env: { HOST: '$(POD_IP)', PORT: '$(PORT_8000)' },
};
const READINESS = { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 };
const PORTS = [{ name: 'http', containerPort: 8000 }];

describe('a pod as a process', () => {
  it.each(['per-pod', 'shared'] as const)(
    'serves on its address (%s) and ends on SIGTERM',
    async (addresses) => {
      const world = await aProcessKubelet({ images: { 'app:1': SERVICE }, addresses });
      world.create({
        ports: PORTS,
        readinessProbe: READINESS,
        env: [
          { name: 'WHO', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'GREETING', value: 'I am $(WHO)' },
        ],
      });

      await world.when(() => isReady(world));
      const pod = world.pod();
      const mapped = pod?.metadata.annotations?.['hpa-lab.dev/mapped-ports'];
      const port = mapped === undefined ? 8000 : Number(/:(\d+)/.exec(mapped)?.[1]);
      const answer = await fetch(`http://${pod?.status?.podIP}:${port}/`);

      expect(await answer.text()).toBe('I am web');
      expect(addresses === 'shared').toBe(mapped !== undefined);
      expect(pod?.status?.podIP).toMatch(
        addresses === 'shared' ? /^127\.0\.0\.1$/ : /^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
      );

      world.api.delete(PODS, { namespace: 'shop', name: 'web' });
      await world.when(() => world.pod() === undefined);
      expect(logText(world)).toBe(`listening ${pod?.status?.podIP} ${port}\nbye`);
    },
  );

  it('gives two pods the same port on addresses of their own', async () => {
    const world = await aProcessKubelet({ images: { 'app:1': SERVICE }, addresses: 'per-pod' });
    const ips = ['one', 'two'].map((name) => {
      const sandbox = world.runtime.openPod({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, uid: name },
        spec: { containers: [] },
      });
      return sandbox.podIP;
    });

    expect(new Set(ips).size).toBe(2);
  });

  it('restarts with back-off, keeping the exit code and the previous log', async () => {
    const script = 'console.log("try", process.pid); setTimeout(() => process.exit(7), 30)';
    const world = await aProcessKubelet(
      { images: { 'app:1': node(script) } },
      { relistDelayMs: 10, crashLoopBackOff: { initialMs: 60_000, maximumMs: 300_000 } },
    );
    world.create({});

    await world.when(() => status(world)?.state?.waiting?.reason === 'CrashLoopBackOff');

    expect(status(world)).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 7, reason: 'Error' } },
    });
    expect(logText(world, true)).toMatch(/^try \d+$/);
    expect(logText(world, true)).not.toBe(logText(world));
  });

  it('kills after the grace period what ignores SIGTERM, with all its children', async () => {
    const script = `
      process.on('SIGTERM', () => console.log('no'));
      require('node:child_process').spawn('sleep', ['1000']);
      setInterval(() => undefined, 1000);
      console.log('up');
    `;
    const world = await aProcessKubelet({ images: { 'app:1': node(script) } });
    world.create({}, { terminationGracePeriodSeconds: 2 });
    await world.when(() => logText(world)?.includes('up'));
    expect(markedProcesses(world.guard.runId).length).toBe(2);
    let last: Pod | undefined;
    world.api.watch(PODS, ({ object }) => {
      last = object;
    });

    const fromMs = world.clock.now();
    world.api.delete(PODS, { namespace: 'shop', name: 'web' });
    await world.when(() => world.pod() === undefined);

    expect(world.clock.now() - fromMs).toBeGreaterThan(1_990);
    expect(world.clock.now() - fromMs).toBeLessThan(3_000);
    expect(last?.status).toMatchObject({
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { exitCode: 137, signal: 9, reason: 'Error' } } }],
    });
    await world.when(() => markedProcesses(world.guard.runId).length === 0);
  });

  it('says how to map an image that nothing stands for', async () => {
    const world = await aProcessKubelet({ images: { 'other:1': SERVICE } });
    world.create({});

    await world.when(() => status(world)?.state?.waiting?.reason === 'ErrImagePull');

    expect(status(world)?.state?.waiting?.message).toContain(
      'not found (no local command stands for image "app:1"; mapped: other:1. ' +
        "Add one: --image 'app:1=program arguments' of the cluster command, or " +
        'embedded.images."app:1".command: [program, arguments] of an experiment)',
    );
  });

  it('says which program is missing', async () => {
    const world = await aProcessKubelet({
      images: { 'app:1': { command: ['no-such-program'], env: {} } },
    });
    world.create({}, { restartPolicy: 'Never' });

    await world.when(() => status(world)?.state?.terminated);

    expect(status(world)?.state?.terminated).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      message: 'exec: "no-such-program": executable file not found in $PATH',
    });
  });

  it("lets the container's command and arguments take the place of the image's", async () => {
    const world = await aProcessKubelet({ images: { 'app:1': SERVICE } });
    world.create(
      {
        command: ['/bin/sh', '-c'],
        args: ['echo $(GREETING) $$(echo there)'],
        env: [{ name: 'GREETING', value: 'hi' }],
      },
      { restartPolicy: 'Never' },
    );

    await world.when(() => world.pod()?.status?.phase === 'Succeeded');

    expect(logText(world)).toBe('hi there');
  });

  it.each([
    { name: 'TCP success', probe: { tcpSocket: { port: 8000 } }, ready: true },
    {
      name: 'TCP refusal',
      probe: { tcpSocket: { port: 8001 } },
      message: /^Readiness probe failed: dial tcp 127\.\S+:8001: connect: connection refused$/,
    },
    {
      name: 'exec success',
      probe: { exec: { command: ['/bin/sh', '-c', 'test "$HOST"'] } },
      ready: true,
    },
    {
      name: 'exec failure with its output',
      probe: { exec: { command: ['/bin/sh', '-c', 'echo not yet; exit 3'] } },
      message: /^Readiness probe failed: not yet$/,
    },
    {
      name: 'exec time-out',
      probe: { exec: { command: ['sleep', '100'] } },
      message: /^Readiness probe failed: command timed out: "sleep 100" timed out after 1s$/,
    },
    {
      name: 'HTTP refusal of the service',
      probe: { httpGet: { path: '/ready', port: 8000 } },
      env: [{ name: 'READY_MS', value: '100000' }],
      message: /^Readiness probe failed: HTTP probe failed with statuscode: 503$/,
    },
    {
      name: 'HTTP without a listener',
      probe: { httpGet: { path: '/x', port: 8001 } },
      message:
        /^Readiness probe failed: Get "http:\/\/127\.\S+:8001\/x": dial tcp 127\.\S+:8001: connect: connection refused$/,
    },
  ])('probes: $name', async ({ probe, ready, message, env }) => {
    const world = await aProcessKubelet({ images: { 'app:1': SERVICE } }, { relistDelayMs: 400 });
    world.create({ ports: PORTS, env: env ?? [], readinessProbe: { ...probe, periodSeconds: 1 } });

    if (ready === true) await world.when(() => isReady(world));
    else {
      const event = await world.when(() =>
        world.api.list(EVENTS).items.find(({ reason }) => reason === 'Unhealthy'),
      );
      expect(event.message).toMatch(message ?? /never/);
      expect(isReady(world)).toBe(false);
    }
  });

  it('takes a probe that is not answered in time as failed', async () => {
    const hang = `require('node:http').createServer(() => undefined).listen(Number(process.env.PORT), process.env.HOST)`;
    const world = await aProcessKubelet(
      { images: { 'app:1': { ...SERVICE, ...node(hang), env: SERVICE.env } } },
      { relistDelayMs: 400 },
    );
    world.create({ ports: PORTS, readinessProbe: READINESS });

    const event = await world.when(() =>
      world.api.list(EVENTS).items.find(({ reason }) => reason === 'Unhealthy'),
    );

    expect(event.message).toMatch(
      /^Readiness probe failed: Get "http:\/\/127\.\S+:8000\/ready": context deadline exceeded \(Client\.Timeout exceeded while awaiting headers\)$/,
    );
  });
});
