import { describe, expect, it } from 'vitest';
import { Kubelet } from '../../../../src/control-plane/kubelet/kubelet.js';
import type { Container, Pod } from '../../../../src/core/objects.js';
import { CONFIG_MAPS, PODS, SECRETS } from '../../../../src/control-plane/resources.js';
import { aContainer, aKubeletWorld, createPod } from '../../../support/kubelet-world.js';
import type { KubeletWorld } from '../../../support/kubelet-world.js';

const failure = { kind: 'failure', message: 'no' } as const;
const success = { kind: 'success' } as const;
const never = { onTerm: 'never' } as const;

function remove(world: KubeletWorld): void {
  world.api.delete(PODS, { namespace: 'shop', name: 'web-1' });
}

const sidecar = (name: string, fields: Partial<Container> = {}): Container =>
  aContainer({ name, restartPolicy: 'Always', ...fields });

function configMap(world: KubeletWorld, name: string, data: Record<string, string>): void {
  const metadata = { namespace: 'shop', name };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  if (world.api.get(CONFIG_MAPS, metadata) === undefined) world.api.create(CONFIG_MAPS, object);
  else world.api.update(CONFIG_MAPS, object);
}

function fileTexts(world: KubeletWorld, volume: string): Record<string, string> {
  const content = world.runtime.volumes.get(`web-1/${volume}`);
  if (content?.kind !== 'files') return {};
  const decoder = new TextDecoder();
  return Object.fromEntries(
    [...content.files].map(([path, { bytes }]) => [path, decoder.decode(bytes)]),
  );
}

const state = (pod: Pod | undefined) => pod?.status?.containerStatuses?.[0]?.state;

describe('sidecars', () => {
  it('start before what comes after them, once their startup probe passed, and go on', () => {
    const world = aKubeletWorld({
      proxy: { probe: (sinceMs) => (sinceMs < 3_000 ? failure : success) },
      setup: { exits: () => ({ afterMs: 100, exitCode: 0 }) },
    });
    world.kubelet.start();
    const startupProbe = { exec: { command: ['up'] }, periodSeconds: 1, failureThreshold: 10 };

    createPod(world, {
      initContainers: [sidecar('proxy', { startupProbe }), aContainer({ name: 'setup' })],
    });
    world.clock.advance(2_000);
    const before = world.pod()?.status;
    world.clock.advance(10_000);

    expect(before?.phase).toBe('Pending');
    expect(before?.conditions?.[1]?.message).toBe(
      'containers with incomplete status: [proxy setup]',
    );
    expect(world.runtime.log(/^start/)).toEqual([
      '0 start proxy#0',
      '3801 start setup#0',
      '4701 start web#0',
    ]);
    const after = world.pod()?.status;
    expect(after?.phase).toBe('Running');
    expect(after?.initContainerStatuses).toMatchObject([
      { name: 'proxy', ready: true, started: true, state: { running: {} } },
      { name: 'setup', ready: true, started: false, state: { terminated: { exitCode: 0 } } },
    ]);
  });

  it('count for the readiness of the pod', () => {
    const world = aKubeletWorld({ proxy: { probe: () => failure } });
    world.kubelet.start();
    const readinessProbe = { exec: { command: ['ready'] } };

    createPod(world, { initContainers: [sidecar('proxy', { readinessProbe })] });
    world.clock.advance(5_000);

    expect(world.pod()?.status?.conditions?.[2]).toMatchObject({
      type: 'Ready',
      status: 'False',
      message: 'containers with unready status: [proxy]',
    });
  });

  it('are restarted by their liveness probe, and the pod stays Running', () => {
    const world = aKubeletWorld({
      proxy: { probe: (_ms, _probe, attempt) => (attempt === 0 ? failure : success) },
    });
    world.kubelet.start();
    const livenessProbe = { exec: { command: ['alive'] }, periodSeconds: 1, failureThreshold: 1 };

    createPod(world, { initContainers: [sidecar('proxy', { livenessProbe })] });
    world.clock.advance(5_000);

    expect(world.runtime.log(/^(start|SIG)/)).toEqual([
      '0 start proxy#0',
      '100 start web#0',
      '1001 SIGTERM proxy',
      '1051 start proxy#1',
    ]);
    expect(world.events(/Killing/)).toEqual([
      'Normal Killing Init container proxy failed liveness probe x1',
    ]);
    expect(world.pod()?.status?.phase).toBe('Running');
  });

  it('end after the containers, in reverse, their preStop having begun with the others', () => {
    const world = aKubeletWorld({ web: { onTerm: { afterMs: 3_000, exitCode: 0 } } });
    world.kubelet.start();
    const preStop = { exec: { command: ['bye'] } };
    createPod(world, {
      initContainers: [sidecar('one', { lifecycle: { preStop } }), sidecar('two')],
    });
    world.clock.advance(5_000);

    remove(world);
    world.clock.advance(10_000);

    expect(world.runtime.log(/SIG|hook/)).toEqual([
      '5000 SIGTERM web',
      '5000 hook one bye',
      '8000 SIGTERM two',
      '8050 SIGTERM one',
    ]);
    expect(world.pod()).toBeUndefined();
  });

  it('are killed with what is left of the grace period', () => {
    const world = aKubeletWorld({ web: never, one: never });
    world.kubelet.start();
    createPod(world, { initContainers: [sidecar('one')], terminationGracePeriodSeconds: 5 });
    world.clock.advance(1_000);

    remove(world);
    world.clock.advance(20_000);

    expect(world.runtime.log(/SIG/)).toEqual([
      '1000 SIGTERM web',
      '6000 SIGKILL web',
      '6000 SIGTERM one',
      '8000 SIGKILL one',
    ]);
  });

  it('end when the work of the pod is done, which then is Succeeded', () => {
    const world = aKubeletWorld({ web: { exits: () => ({ afterMs: 1_000, exitCode: 0 }) } });
    world.kubelet.start();

    createPod(world, { initContainers: [sidecar('one')], restartPolicy: 'Never' });
    world.clock.advance(10_000);

    expect(world.runtime.log(/SIG|close/)).toEqual(['1900 SIGTERM one', '1950 close web-1']);
    expect(world.pod()?.status?.phase).toBe('Succeeded');
  });
});

describe('hooks', () => {
  it('postStart holds the state, the probes and the next container back until it is through', () => {
    const world = aKubeletWorld({ web: { act: () => ({ afterMs: 2_000, result: success }) } });
    world.kubelet.start();
    const lifecycle = { postStart: { exec: { command: ['warm', 'up'] } } };

    createPod(world, { containers: [aContainer({ lifecycle }), aContainer({ name: 'next' })] });
    world.clock.advance(1_000);
    const during = state(world.pod());
    world.clock.advance(2_000);

    expect(during?.waiting?.reason).toBe('ContainerCreating');
    expect(world.runtime.log(/start|hook/)).toEqual([
      '0 start web#0',
      '100 hook web warm up',
      '2100 start next#0',
    ]);
    expect(state(world.pod())?.running?.startedAt).toBe('2026-11-23T06:00:00Z');
  });

  it('a postStart that fails has the container killed and started again, and says so', () => {
    let runs = 0;
    const world = aKubeletWorld({
      web: { act: () => ({ afterMs: 10, result: runs++ === 0 ? failure : success }) },
    });
    world.kubelet.start();

    createPod(world, {
      containers: [aContainer({ lifecycle: { postStart: { httpGet: { port: 80 } } } })],
    });
    world.clock.advance(5_000);

    expect(world.events(/Hook/)).toEqual([
      'Warning FailedPostStartHook PostStartHook failed x1',
      'Normal Killing FailedPostStartHook x1',
    ]);
    expect(world.pod()?.status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      state: { running: {} },
    });
  });

  it.each([
    {
      name: 'sleep takes its share of the grace period',
      preStop: { sleep: { seconds: 4 } },
      tookMs: 0,
      signals: ['9000 SIGTERM web', '15000 SIGKILL web'],
    },
    {
      name: 'a command takes what it takes, in whole seconds',
      preStop: { exec: { command: ['drain'] } },
      tookMs: 2_900,
      signals: ['7900 SIGTERM web', '15900 SIGKILL web'],
    },
    {
      name: 'a command that never ends leaves the least there is',
      preStop: { exec: { command: ['hang'] } },
      tookMs: 1e9,
      signals: ['15000 SIGTERM web', '17000 SIGKILL web'],
    },
  ])('preStop: $name', ({ preStop, tookMs, signals }) => {
    const world = aKubeletWorld({
      web: { ...never, act: () => ({ afterMs: tookMs, result: success }) },
    });
    world.kubelet.start();
    createPod(world, { containers: [aContainer({ lifecycle: { preStop } })] });
    world.clock.advance(5_000);

    remove(world);
    world.clock.advance(30_000);

    expect(world.runtime.log(/SIG/)).toEqual(signals);
  });

  it.each([
    { name: 'a command that fails', preStop: { exec: { command: ['x'] } } },
    { name: 'tcpSocket, which nothing runs', preStop: { tcpSocket: { port: 80 } } },
  ])('preStop: $name is told and does not hold the end up', ({ preStop }) => {
    const world = aKubeletWorld({ web: { act: () => ({ afterMs: 1, result: failure }) } });
    world.kubelet.start();
    createPod(world, { containers: [aContainer({ lifecycle: { preStop } })] });
    world.clock.advance(5_000);

    remove(world);
    world.clock.advance(100);

    expect(world.events(/Hook/)).toEqual(['Warning FailedPreStopHook PreStopHook failed x1']);
    expect(world.pod()).toBeUndefined();
  });

  it('a container that ends during preStop is not waited for', () => {
    const world = aKubeletWorld({ web: { exits: () => ({ afterMs: 6_000, exitCode: 0 }) } });
    world.kubelet.start();
    createPod(world, {
      containers: [aContainer({ lifecycle: { preStop: { sleep: { seconds: 9 } } } })],
    });
    world.clock.advance(5_000);

    remove(world);
    world.clock.advance(1_200);

    expect(world.pod()).toBeUndefined();
  });
});

describe('probes', () => {
  it.each([
    {
      name: 'that cannot be made says nothing of the container',
      result: { kind: 'error', message: 'no such command' } as const,
      event:
        'Warning Unhealthy Liveness probe errored and resulted in unknown state: no such command',
      starts: 1,
    },
    {
      name: 'that goes well with a warning tells it',
      result: { kind: 'success', warning: 'Probe terminated redirects' } as const,
      event: 'Warning ProbeWarning Liveness probe warning: Probe terminated redirects',
      starts: 1,
    },
    {
      name: 'that fails has the container restarted',
      result: failure,
      event: 'Warning Unhealthy Liveness probe failed: no',
      starts: 2,
    },
  ])('one $name', ({ result, event, starts }) => {
    const world = aKubeletWorld({ web: { probe: () => result } });
    world.kubelet.start();
    const livenessProbe = { exec: { command: ['x'] }, periodSeconds: 1 };

    createPod(world, { containers: [aContainer({ livenessProbe })] });
    world.clock.advance(4_500);

    expect(world.events(/probe /)[0]?.replace(/ x\d$/, '')).toBe(event);
    expect(world.runtime.starts.length).toBe(starts);
  });
});

describe('probes of a container that was started again', () => {
  it('go on, also when one was due between its end and when that was seen', () => {
    const world = aKubeletWorld({
      web: {
        exits: (attempt) => (attempt === 0 ? { afterMs: 2_600, exitCode: 1 } : undefined),
        probe: (sinceMs, _probe, attempt) => (attempt === 1 && sinceMs > 5_000 ? failure : success),
      },
    });
    world.kubelet.start();
    const livenessProbe = { exec: { command: ['x'] }, periodSeconds: 1, failureThreshold: 1 };

    // It ends at 2,700 and is seen to at 3,400; a probe is due each full second.
    createPod(world, {
      containers: [
        aContainer({ livenessProbe, readinessProbe: { ...livenessProbe, initialDelaySeconds: 1 } }),
      ],
    });
    world.clock.advance(25_000);

    expect(world.runtime.starts.length).toBe(3);
  });
});

describe('images', () => {
  const missing = 'rpc error: code = NotFound desc = not found';

  it.each([
    {
      name: 'one that is not there and may not be pulled',
      container: { imagePullPolicy: 'Never' },
      waiting: {
        reason: 'ErrImageNeverPull',
        message: 'Container image "sample:1" is not present with pull policy of Never',
      },
      events: [
        'Warning ErrImageNeverPull Container image "sample:1" is not present with pull policy of Never x1',
        'Warning Failed Error: ErrImageNeverPull x1',
      ],
    },
    {
      name: 'one whose name is none',
      container: { image: 'Sample:1' },
      waiting: {
        reason: 'InvalidImageName',
        message:
          'Failed to apply default image tag "Sample:1": couldn\'t parse image name "Sample:1": invalid reference format: repository name must be lowercase',
      },
      events: [
        'Warning InspectFailed Failed to apply default image tag "Sample:1": couldn\'t parse image name "Sample:1": invalid reference format: repository name must be lowercase x1',
        'Warning Failed Error: InvalidImageName x1',
      ],
    },
    {
      name: 'one that nobody has',
      container: {},
      waiting: { reason: 'ErrImagePull', message: missing },
      events: [
        'Normal Pulling Pulling image "sample:1" x1',
        `Warning Failed Failed to pull image "sample:1": ${missing} x1`,
        'Warning Failed Error: ErrImagePull x1',
      ],
    },
  ])('$name', ({ container, waiting, events }) => {
    const world = aKubeletWorld();
    world.runtime.imageFaults.set('sample:1', missing);
    world.kubelet.start();

    createPod(world, { containers: [aContainer(container)] });
    world.clock.advance(500);

    expect(state(world.pod())).toEqual({ waiting });
    expect(world.events().slice(5)).toEqual(events);
    expect(world.runtime.starts).toEqual([]);
  });

  it('a running container is restarted with another image', () => {
    const world = aKubeletWorld();
    world.kubelet.start();
    createPod(world);
    world.clock.advance(1_000);

    const pod = world.pod();
    if (pod !== undefined) {
      world.api.update(PODS, {
        ...pod,
        spec: { ...pod.spec, containers: [aContainer({ image: 'sample:2' })] },
      });
    }
    world.clock.advance(2_000);

    expect(world.events(/Killing/)).toEqual([
      'Normal Killing Container web definition changed, will be restarted x1',
    ]);
    expect(world.runtime.starts.map(({ container }) => container.image)).toEqual([
      'sample:1',
      'sample:2',
    ]);
  });

  it('a command that cannot be run is reported after its container was created', () => {
    const refusal = { reason: 'RunContainerError', message: 'exec: "x": not found' } as const;
    const world = aKubeletWorld({ web: { refuse: () => refusal } });
    world.kubelet.start();

    createPod(world);
    world.clock.advance(150);

    expect(world.events(/Created|Failed|Started/)).toEqual([
      'Normal Created Container created x1',
      'Warning Failed Error: exec: "x": not found x1',
    ]);
  });

  it.each(['Never', 'OnFailure'] as const)(
    'a running container is restarted with another image when the policy is %s',
    (restartPolicy) => {
      const world = aKubeletWorld();
      world.kubelet.start();
      createPod(world, { restartPolicy });
      world.clock.advance(1_000);

      const pod = world.pod();
      if (pod !== undefined) {
        const containers = [aContainer({ image: 'sample:2' })];
        world.api.update(PODS, { ...pod, spec: { ...pod.spec, containers } });
      }
      world.clock.advance(2_000);

      expect(world.events(/Killing/)).toEqual([
        'Normal Killing Container web definition changed, will be restarted x1',
      ]);
      expect(world.pod()?.status).toMatchObject({
        phase: 'Running',
        containerStatuses: [
          {
            image: 'sample:2',
            restartCount: 1,
            state: { running: {} },
            lastState: { terminated: { exitCode: 0 } },
          },
        ],
      });
    },
  );
});

describe('restart rules of a container', () => {
  it.each([
    { name: 'its own policy wins', container: { restartPolicy: 'Never' }, exitCode: 1, starts: 1 },
    {
      name: 'a rule for the exit code wins over its policy',
      container: {
        restartPolicy: 'Never',
        restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
      },
      exitCode: 42,
      starts: 2,
    },
    {
      name: 'a rule for other codes does not',
      container: {
        restartPolicy: 'Never',
        restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'NotIn', values: [42] } }],
      },
      exitCode: 42,
      starts: 1,
    },
  ])('$name', ({ container, exitCode, starts }) => {
    const world = aKubeletWorld({ web: { exits: () => ({ afterMs: 100, exitCode }) } });
    world.kubelet.start();

    createPod(world, { containers: [aContainer(container)] });
    world.clock.advance(5_000);

    expect(world.runtime.starts.length).toBe(starts);
    expect(world.pod()?.status?.phase).toBe(starts === 1 ? 'Failed' : 'Running');
  });
});

describe('a node that was off', () => {
  it('starts its pods again and counts that', () => {
    const world = aKubeletWorld();
    world.kubelet.start();
    createPod(world);
    world.clock.advance(5_000);
    world.kubelet.stop();
    world.clock.advance(60_000);

    const again = new Kubelet(world.options);
    again.start();
    world.clock.advance(5_000);

    expect(world.pod()?.status?.containerStatuses?.[0]).toMatchObject({
      ready: true,
      restartCount: 1,
      lastState: { terminated: { exitCode: 255, reason: 'Unknown' } },
    });
    expect(world.events(/Sandbox/)).toEqual([
      'Normal SandboxChanged Pod sandbox changed, it will be killed and re-created. x1',
    ]);
  });
});

describe('a deadline', () => {
  it('ends the pod with its grace period, and it stays Failed', () => {
    const world = aKubeletWorld({ web: { onTerm: { afterMs: 500, exitCode: 0 } } });
    world.kubelet.start();

    createPod(world, { activeDeadlineSeconds: 20 });
    world.clock.advance(60_000);

    expect(world.runtime.log(/SIG|close/)).toEqual(['20000 SIGTERM web', '20500 close web-1']);
    expect(world.events(/Deadline/)).toEqual([
      'Normal DeadlineExceeded Pod was active on the node longer than specified deadline x1',
    ]);
    expect(world.pod()?.status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });
});

describe('volumes', () => {
  const volumes = [{ name: 'settings', configMap: { name: 'settings' } }];

  it('hold the pod up while what they are made of is missing', () => {
    const world = aKubeletWorld();
    world.kubelet.start();

    createPod(world, { volumes });
    world.clock.advance(3_000);
    const waiting = state(world.pod());
    configMap(world, 'settings', { color: 'red' });
    world.clock.advance(1_000);

    expect(waiting).toEqual({ waiting: { reason: 'ContainerCreating' } });
    expect(world.events(/FailedMount/)).toEqual([
      'Warning FailedMount MountVolume.SetUp failed for volume "settings" : configmap "settings" not found x3',
    ]);
    expect(world.runtime.log(/volume|start/)).toEqual(['3500 volume settings', '3500 start web#0']);
  });

  it('have the new files a moment after a change, all at once', () => {
    const world = aKubeletWorld();
    world.kubelet.start();
    configMap(world, 'settings', { color: 'red', size: '1' });
    createPod(world, { volumes });
    world.clock.advance(5_000);
    const before = fileTexts(world, 'settings');

    configMap(world, 'settings', { color: 'blue' });
    configMap(world, 'other', { color: 'blue' });
    world.clock.advance(5_000);

    expect(before).toEqual({ color: 'red', size: '1' });
    expect(fileTexts(world, 'settings')).toEqual({ color: 'blue' });
    expect(world.runtime.log(/volume/)).toEqual(['0 volume settings', '6000 volume settings']);
  });

  it('join sources, with paths, modes and what the pod knows of itself', () => {
    const world = aKubeletWorld();
    world.kubelet.start();
    configMap(world, 'settings', { color: 'red', size: '1' });
    world.api.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'shop', name: 'keys' },
      data: { token: btoa('s3cret') },
    });

    createPod(world, {
      volumes: [
        {
          name: 'all',
          projected: {
            defaultMode: 0o440,
            sources: [
              {
                configMap: {
                  name: 'settings',
                  items: [{ key: 'color', path: 'etc/color', mode: 0o400 }],
                },
              },
              { secret: { name: 'keys' } },
              { secret: { name: 'none', optional: true } },
              {
                downwardAPI: { items: [{ path: 'me', fieldRef: { fieldPath: 'metadata.name' } }] },
              },
            ],
          },
        },
        { name: 'scratch', emptyDir: {} },
      ],
    });
    world.clock.advance(500);

    expect(fileTexts(world, 'all')).toEqual({ 'etc/color': 'red', token: 's3cret', me: 'web-1' });
    const content = world.runtime.volumes.get('web-1/all');
    const modes =
      content?.kind === 'files' ? [...content.files.values()].map(({ mode }) => mode) : [];
    expect(modes).toEqual([0o400, 0o440, 0o440]);
    expect(world.runtime.volumes.get('web-1/scratch')).toEqual({ kind: 'empty' });
  });

  it.each([
    {
      name: 'a key that is not there',
      configMap: { name: 'settings', items: [{ key: 'x', path: 'x' }] },
      message: 'configmap references non-existent config key: x',
    },
    {
      name: 'a path that leads out',
      configMap: { name: 'settings', items: [{ key: 'color', path: '../x' }] },
      message: 'invalid path "../x": it must be within the volume',
    },
  ])('refuse $name', ({ configMap: source, message }) => {
    const world = aKubeletWorld();
    world.kubelet.start();
    configMap(world, 'settings', { color: 'red' });

    createPod(world, { volumes: [{ name: 'v', configMap: source }] });
    world.clock.advance(100);

    expect(world.events(/FailedMount/)).toEqual([
      `Warning FailedMount MountVolume.SetUp failed for volume "v" : ${message} x1`,
    ]);
  });

  it('are told to containers with their sub-paths resolved', () => {
    const world = aKubeletWorld();
    world.kubelet.start();

    createPod(world, {
      volumes: [{ name: 'scratch', emptyDir: {} }],
      containers: [
        aContainer({
          env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          volumeMounts: [{ name: 'scratch', mountPath: '/logs/', subPathExpr: 'of/$(POD)' }],
        }),
      ],
    });
    world.clock.advance(500);

    expect(world.runtime.starts[0]?.mounts).toEqual([
      { volume: 'scratch', mountPath: '/logs', subPath: 'of/web-1' },
    ]);
  });
});
