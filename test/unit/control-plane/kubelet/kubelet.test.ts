import { describe, expect, it } from 'vitest';
import type { Probe } from '../../../../src/core/objects.js';
import { NODES, PODS } from '../../../../src/control-plane/resources.js';
import { aContainer, aKubeletWorld, createPod } from '../../../support/kubelet-world.js';

const READINESS: Probe = {
  httpGet: { path: '/ready', port: 8000 },
  initialDelaySeconds: 5,
  periodSeconds: 5,
  timeoutSeconds: 1,
};
const LIVENESS: Probe = {
  httpGet: { path: '/healthz', port: 8000 },
  initialDelaySeconds: 10,
  periodSeconds: 10,
  timeoutSeconds: 1,
};

describe('the node', () => {
  it('is registered with its capacity and is Ready, and sends heartbeats', () => {
    const world = aKubeletWorld();

    world.kubelet.start();
    world.clock.advance(310_000);

    const node = world.api.get(NODES, { namespace: '', name: 'lab' });
    expect(node?.status?.allocatable).toEqual({ cpu: '6600m', memory: '8Gi', pods: '110' });
    const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({
      status: 'True',
      lastTransitionTime: '2026-11-23T06:00:00Z',
      lastHeartbeatTime: '2026-11-23T06:05:00Z',
    });
  });
});

describe('starting a pod', () => {
  it('goes from ContainerCreating over running to ready, probing after the delay', () => {
    const world = aKubeletWorld();
    world.kubelet.start();

    createPod(world, { containers: [aContainer({ readinessProbe: READINESS })] });
    world.clock.advance(10_000);

    // Looked at 700 ms after the start, then every 5 s.
    expect(world.history).toEqual([
      '0 ADDED - -',
      '0 MODIFIED Pending ContainerCreating',
      '0 MODIFIED Pending ContainerCreating',
      '100 MODIFIED Running running',
      '5801 MODIFIED Running running ready',
    ]);
    expect(world.runtime.log(/probe/)).toEqual(['5800 probe web /ready']);
    expect(world.pod()?.status).toMatchObject({
      phase: 'Running',
      podIP: '10.1.0.1',
      hostIP: '10.0.0.1',
      startTime: '2026-11-23T06:00:00Z',
      qosClass: 'BestEffort',
      observedGeneration: 1,
    });
    const conditions = world.pod()?.status?.conditions ?? [];
    expect(conditions.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
    ]);
    expect(conditions[2]?.lastTransitionTime).toBe('2026-11-23T06:00:05Z');
    expect(world.events(/./).slice(5)).toEqual([
      'Normal Pulled Container image "sample:1" already present on machine and can be accessed by the pod x1',
      'Normal Created Container created x1',
      'Normal Started Container started x1',
    ]);
  });

  it('is ready as soon as it runs without a readiness probe', () => {
    const world = aKubeletWorld();
    world.kubelet.start();

    createPod(world);
    world.clock.advance(200);

    expect(world.pod()?.status?.containerStatuses?.[0]).toMatchObject({
      ready: true,
      started: true,
    });
  });

  it('takes on pods that were bound before it started and leaves others alone', () => {
    const world = aKubeletWorld();
    createPod(world);
    createPod(world, { nodeName: 'other' }, 'web-2');
    createPod(world, {}, 'web-3');

    world.kubelet.start();
    world.clock.advance(1_000);

    expect(world.runtime.log(/^open/)).toEqual(['0 open web-1', '0 open web-3']);
  });

  it('tells the mapped ports in an annotation', () => {
    const world = aKubeletWorld();
    world.runtime.mappedPorts = new Map([[8000, 20_123]]);
    world.kubelet.start();

    createPod(world);
    world.clock.advance(10);

    expect(world.pod()?.metadata.annotations).toEqual({
      'hpa-lab.dev/mapped-ports': '{"8000":20123}',
    });
  });

  it('waits with CreateContainerConfigError while a reference is missing', () => {
    const world = aKubeletWorld();
    world.kubelet.start();
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } }];

    createPod(world, { containers: [aContainer({ env })] });
    world.clock.advance(1_000);

    expect(world.pod()?.status?.containerStatuses?.[0]?.state).toEqual({
      waiting: { reason: 'CreateContainerConfigError', message: 'secret "keys" not found' },
    });
    expect(world.runtime.starts).toEqual([]);
  });

  it('runs init containers one after the other before the containers', () => {
    const script = { exits: () => ({ afterMs: 400, exitCode: 0 }) };
    const world = aKubeletWorld({ one: script, two: script });
    world.kubelet.start();

    createPod(world, {
      initContainers: [aContainer({ name: 'one' }), aContainer({ name: 'two' })],
    });
    world.clock.advance(600);
    const during = world.pod()?.status;
    world.clock.advance(5_000);

    expect(during?.phase).toBe('Pending');
    expect(during?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('PodInitializing');
    expect(during?.conditions?.[1]).toMatchObject({
      type: 'Initialized',
      status: 'False',
      message: 'containers with incomplete status: [one two]',
    });
    expect(world.runtime.log(/^start/)).toEqual([
      '0 start one#0',
      '1200 start two#0',
      '2400 start web#0',
    ]);
    expect(world.pod()?.status?.phase).toBe('Running');
  });
});

describe('probes', () => {
  const failing = { kind: 'failure', message: 'HTTP probe failed with statuscode: 503' } as const;
  const success = { kind: 'success' } as const;

  it('takes a pod out after three failed readiness probes and puts it back after one success', () => {
    const world = aKubeletWorld({
      web: { probe: (sinceMs) => (sinceMs > 9_000 && sinceMs < 30_000 ? failing : success) },
    });
    world.kubelet.start();

    createPod(world, { containers: [aContainer({ readinessProbe: READINESS })] });
    world.clock.advance(60_000);

    // Unready at the third failure; then at once another probe, from which the period begins anew.
    expect(world.history.slice(4)).toEqual([
      '5801 MODIFIED Running running ready',
      '20801 MODIFIED Running running',
      '30802 MODIFIED Running running ready',
    ]);
    expect(world.events(/Unhealthy/)).toEqual([
      'Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 503 x5',
    ]);
  });

  it('kills and restarts a container that fails its liveness probe', () => {
    const world = aKubeletWorld({
      web: { probe: (_sinceMs, _probe, attempt) => (attempt === 0 ? failing : success) },
    });
    world.kubelet.start();

    createPod(world, { containers: [aContainer({ livenessProbe: LIVENESS })] });
    world.clock.advance(60_000);

    expect(world.runtime.log(/^(start|SIG)/)).toEqual([
      '0 start web#0',
      '30001 SIGTERM web',
      '30051 start web#1',
    ]);
    expect(world.events(/Killing/)).toEqual([
      'Normal Killing Container web failed liveness probe, will be restarted x1',
    ]);
    expect(world.pod()?.status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 0, reason: 'Completed' } },
    });
  });

  it("kills after the probe's own grace period a container that ignores SIGTERM", () => {
    const world = aKubeletWorld({ web: { probe: () => failing, onTerm: 'never' } });
    world.kubelet.start();

    const livenessProbe = { ...LIVENESS, terminationGracePeriodSeconds: 4 };
    createPod(world, { containers: [aContainer({ livenessProbe })] });
    world.clock.advance(36_000);

    expect(world.runtime.log(/SIG/)).toEqual(['30001 SIGTERM web', '34001 SIGKILL web']);
  });

  it('holds the other probes back until the startup probe succeeded', () => {
    const world = aKubeletWorld({
      web: {
        probe: (sinceMs, probe) =>
          probe.httpGet?.path === '/start' && sinceMs < 6_000 ? failing : success,
      },
    });
    world.kubelet.start();
    const startupProbe = {
      httpGet: { path: '/start', port: 1 },
      periodSeconds: 2,
      failureThreshold: 9,
    };

    createPod(world, {
      containers: [
        aContainer({ startupProbe, readinessProbe: { ...READINESS, initialDelaySeconds: 0 } }),
      ],
    });
    world.clock.advance(8_000);

    expect(world.runtime.log(/probe/)).toEqual([
      '800 probe web /start',
      '2800 probe web /start',
      '4800 probe web /start',
      '6800 probe web /start',
      '6801 probe web /ready',
    ]);
    expect(world.history.at(-1)).toBe('6802 MODIFIED Running running ready');
  });

  it('counts a probe that times out as failed and keeps its ticks a period apart', () => {
    const world = aKubeletWorld({ web: { probe: () => 'hang' } });
    world.kubelet.start();

    createPod(world, { containers: [aContainer({ readinessProbe: READINESS })] });
    world.clock.advance(17_000);

    expect(world.runtime.log(/probe/)).toEqual([
      '5800 probe web /ready',
      '10800 probe web /ready',
      '15800 probe web /ready',
    ]);
  });
});

describe('restarts', () => {
  it('backs off 10 s doubling, the first restart coming at once', () => {
    const world = aKubeletWorld({
      web: { startMs: 0, exits: () => ({ afterMs: 300, exitCode: 1 }) },
    });
    world.kubelet.start();

    createPod(world);
    world.clock.advance(45_000);

    // Seen 700 ms after each exit; the delay counts from the exit itself.
    expect(world.runtime.log(/^start/)).toEqual([
      '0 start web#0',
      '1000 start web#1',
      '11300 start web#2',
      '31600 start web#3',
    ]);
    expect(world.pod()?.status).toMatchObject({
      phase: 'Running',
      containerStatuses: [
        {
          restartCount: 3,
          ready: false,
          state: {
            waiting: {
              reason: 'CrashLoopBackOff',
              message: 'back-off 40s restarting failed container=web pod=web-1_shop(uid-web-1)',
            },
          },
          lastState: { terminated: { exitCode: 1, reason: 'Error' } },
        },
      ],
    });
    expect(world.events(/BackOff/)).toEqual([
      'Warning BackOff Back-off restarting failed container web in pod web-1_shop(uid-web-1) x3',
    ]);
  });

  it('shows each end before the restart, and then the back-off', () => {
    const world = aKubeletWorld({
      web: { startMs: 0, exits: (attempt) => ({ afterMs: 300, exitCode: attempt === 0 ? 1 : 0 }) },
    });
    world.kubelet.start();

    createPod(world);
    world.clock.advance(12_000);

    const states = world.history.map((line) => line.replace('MODIFIED Running ', ''));
    expect(states.slice(2)).toEqual([
      '0 running ready',
      '1000 Error',
      '1000 running ready',
      '2000 Completed',
      '3000 CrashLoopBackOff',
      '11300 running ready',
    ]);
  });

  it('begins with 10 s again after ten minutes of running', () => {
    const lives = [300, 300, 601_000, 300, 300];
    const world = aKubeletWorld({
      web: { startMs: 0, exits: (attempt) => ({ afterMs: lives[attempt] ?? 1e9, exitCode: 1 }) },
    });
    world.kubelet.start();

    createPod(world);
    world.clock.advance(700_000);

    expect(world.runtime.log(/^start/)).toEqual([
      '0 start web#0',
      '1000 start web#1',
      '11300 start web#2',
      '613000 start web#3',
      '623300 start web#4',
      '643600 start web#5',
    ]);
  });

  it.each([
    {
      name: 'Always restarts a success',
      policy: 'Always',
      exitCode: 0,
      starts: 2,
      phase: 'Running',
    },
    { name: 'OnFailure does not', policy: 'OnFailure', exitCode: 0, starts: 1, phase: 'Succeeded' },
    {
      name: 'OnFailure restarts a failure',
      policy: 'OnFailure',
      exitCode: 3,
      starts: 2,
      phase: 'Running',
    },
    { name: 'Never restarts nothing', policy: 'Never', exitCode: 3, starts: 1, phase: 'Failed' },
  ] as const)('$name', ({ policy, exitCode, starts, phase }) => {
    const world = aKubeletWorld({ web: { exits: () => ({ afterMs: 100, exitCode }) } });
    world.kubelet.start();

    createPod(world, { restartPolicy: policy });
    world.clock.advance(5_000);

    expect(world.runtime.starts.length).toBe(starts);
    expect(world.pod()?.status?.phase).toBe(phase);
    expect(world.runtime.openSandboxes).toBe(phase === 'Running' ? 1 : 0);
  });

  it('shows an image that nobody has as ErrImagePull, then ImagePullBackOff, and tries again', () => {
    const message = 'no command is mapped to image "sample:1"';
    const world = aKubeletWorld();
    world.runtime.imageFaults.set('sample:1', message);
    world.kubelet.start();

    createPod(world);
    world.clock.advance(32_000);

    expect(world.history.map((line) => line.replace('MODIFIED ', '')).slice(2)).toEqual([
      '0 Pending ErrImagePull',
      '1000 Pending ImagePullBackOff',
      '10000 Pending ErrImagePull',
      '11000 Pending ImagePullBackOff',
      '30000 Pending ErrImagePull',
      '31000 Pending ImagePullBackOff',
    ]);
    expect(world.pod()?.status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 0,
      state: {
        waiting: { message: `Back-off pulling image "sample:1": ErrImagePull: ${message}` },
      },
    });
  });

  it('says OOMKilled where memory was the reason', () => {
    const world = aKubeletWorld({
      web: { exits: () => ({ afterMs: 100, exitCode: 137, isOutOfMemory: true }) },
    });
    world.kubelet.start();

    createPod(world, { restartPolicy: 'Never' });
    world.clock.advance(2_000);

    expect(world.pod()?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      reason: 'OOMKilled',
      exitCode: 137,
    });
  });
});

describe('deletion', () => {
  it('ends the containers with SIGTERM, writes the last status and removes the pod', () => {
    const world = aKubeletWorld({ web: { onTerm: { afterMs: 600, exitCode: 0 } } });
    world.kubelet.start();
    createPod(world);
    world.clock.advance(5_000);

    world.api.delete(PODS, { namespace: 'shop', name: 'web-1' });
    world.clock.advance(5_000);

    expect(world.runtime.log(/SIG|close/)).toEqual(['5000 SIGTERM web', '5600 close web-1']);
    expect(world.history.slice(4)).toEqual([
      '5000 MODIFIED Running running ready',
      '5600 MODIFIED Succeeded Completed',
      '5600 DELETED Succeeded Completed',
    ]);
    expect(world.events(/Killing/)).toEqual(['Normal Killing Stopping container web x1']);
  });

  it('kills after the grace period', () => {
    const world = aKubeletWorld({ web: { onTerm: 'never' } });
    world.kubelet.start();
    createPod(world);
    world.clock.advance(5_000);

    world.api.delete(PODS, { namespace: 'shop', name: 'web-1' });
    world.clock.advance(20_000);

    expect(world.runtime.log(/SIG/)).toEqual(['5000 SIGTERM web', '15000 SIGKILL web']);
    expect(world.history.at(-1)).toBe('15001 DELETED Failed Error');
  });

  it('lets a second deletion shorten the grace period', () => {
    const world = aKubeletWorld({ web: { onTerm: 'never' } });
    world.kubelet.start();
    createPod(world);
    world.clock.advance(5_000);

    world.api.delete(PODS, { namespace: 'shop', name: 'web-1' });
    world.clock.advance(1_000);
    world.api.delete(PODS, { namespace: 'shop', name: 'web-1' }, { gracePeriodSeconds: 3 });
    world.clock.advance(20_000);

    expect(world.runtime.log(/SIGKILL/)).toEqual(['9000 SIGKILL web']);
  });

  it('removes a pod whose container waits for a restart', () => {
    const world = aKubeletWorld({ web: { exits: () => ({ afterMs: 10, exitCode: 1 }) } });
    world.kubelet.start();
    createPod(world);
    world.clock.advance(8_000);

    world.api.delete(PODS, { namespace: 'shop', name: 'web-1' });
    world.clock.advance(1);

    expect(world.pod()).toBeUndefined();
    expect(world.runtime.openSandboxes).toBe(0);
  });

  it('ends at once what was removed without grace', () => {
    const world = aKubeletWorld({ web: { onTerm: 'never' } });
    world.kubelet.start();
    createPod(world);
    world.clock.advance(5_000);

    world.api.delete(PODS, { namespace: 'shop', name: 'web-1' }, { gracePeriodSeconds: 0 });

    expect(world.runtime.openSandboxes).toBe(0);
  });

  it('leaves no timer running after stop', () => {
    const world = aKubeletWorld();
    world.kubelet.start();
    createPod(world, { containers: [aContainer({ readinessProbe: READINESS })] });
    world.clock.advance(10_000);
    world.kubelet.stop();
    const calls = world.runtime.calls.length;

    world.clock.advance(600_000);

    expect(world.runtime.calls.length).toBe(calls);
    expect(world.runtime.openSandboxes).toBe(0);
  });
});
