import { describe, expect, it } from 'vitest';
import { podPhase } from '../../../../src/control-plane/kubelet/pod-phase.js';
import { qosClass } from '../../../../src/control-plane/kubelet/quality-of-service.js';
import type { ContainerState, ContainerStatus, PodSpec } from '../../../../src/core/objects.js';

const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode } });
const running: ContainerState = { running: {} };

type State = ContainerState | readonly [ContainerState, ContainerState];

interface Row {
  readonly name: string;
  readonly of: readonly State[];
  readonly init?: readonly State[];
  readonly policy?: 'Never' | 'OnFailure';
  readonly isTerminal?: boolean;
  readonly phase: string;
}
const waiting: ContainerState = { waiting: {} };

function statuses(states: readonly State[]): ContainerStatus[] {
  return states.map((given, index) => {
    const [state, lastState] = 'length' in given ? given : [given, {}];
    return {
      name: `c${index}`,
      image: '',
      imageID: '',
      ready: false,
      restartCount: 0,
      state,
      lastState,
    };
  });
}

describe('phase', () => {
  it.each<Row>([
    {
      name: 'Pending while one waits for its first start',
      of: [running, waiting],
      phase: 'Pending',
    },
    { name: 'Running when all have started', of: [running, running], phase: 'Running' },
    { name: 'Running in a crash loop', of: [[waiting, ended(1)]], phase: 'Running' },
    { name: 'Running between exit and restart', of: [ended(0)], phase: 'Running' },
    {
      name: 'Succeeded when all ended well for good',
      of: [ended(0)],
      policy: 'OnFailure',
      phase: 'Succeeded',
    },
    {
      name: 'Running when one will be restarted',
      of: [ended(0), ended(1)],
      policy: 'OnFailure',
      phase: 'Running',
    },
    {
      name: 'Failed when one failed for good',
      of: [ended(0), ended(1)],
      policy: 'Never',
      phase: 'Failed',
    },
    {
      name: 'Succeeded when deleted and ended well',
      of: [ended(0)],
      isTerminal: true,
      phase: 'Succeeded',
    },
    { name: 'Failed when deleted and killed', of: [ended(137)], isTerminal: true, phase: 'Failed' },
    { name: 'Failed when deleted before it ran', of: [waiting], isTerminal: true, phase: 'Failed' },
    { name: 'Pending during init', init: [running], of: [waiting], phase: 'Pending' },
    {
      name: 'Pending while init is retried',
      init: [[waiting, ended(1)]],
      of: [waiting],
      phase: 'Pending',
    },
    {
      name: 'Failed when init failed for good',
      init: [ended(1)],
      of: [waiting],
      policy: 'Never',
      phase: 'Failed',
    },
    { name: 'Running after init', init: [ended(0)], of: [running], phase: 'Running' },
  ])('is $name', ({ of, init = [], policy, isTerminal = false, phase }) => {
    const containers = statuses(of);
    const initContainers = statuses(init);
    const spec: PodSpec = {
      containers: containers.map(({ name }) => ({ name, image: '' })),
      initContainers: initContainers.map(({ name }) => ({ name, image: '' })),
      ...(policy === undefined ? {} : { restartPolicy: policy }),
    };

    expect(podPhase({ spec, containers, initContainers, isTerminal })).toBe(phase);
  });
});

describe('quality of service', () => {
  const both = { cpu: '1', memory: '1Gi' };
  it.each([
    { name: 'BestEffort', resources: {} },
    { name: 'Burstable', resources: { requests: { cpu: '100m' } } },
    { name: 'Burstable', resources: { requests: { cpu: '100m' }, limits: both } },
    {
      name: 'Guaranteed',
      resources: { requests: both, limits: { cpu: '1000m', memory: '1024Mi' } },
    },
    { name: 'Guaranteed', resources: { limits: both } },
  ])('is $name for $resources', ({ name, resources }) => {
    expect(qosClass({ containers: [{ name: 'c', image: '', resources }] })).toBe(name);
  });
});
