/** A runtime whose containers fail as an experiment plans it: for real processes and models alike. */
import type { Pod, Probe } from '../../core/objects.js';
import type { Cancel, Clock } from '../../time/clock.js';
import type {
  ContainerStart,
  PodRuntime,
  PodSandbox,
  ProbeResult,
  RunningContainer,
} from '../pod-runtime.js';

/** A container that runs, with whose it is. */
export interface LiveContainer {
  readonly pod: Pod;
  readonly start: ContainerStart;
  readonly running: RunningContainer;
}

/** What is wrong now. */
export interface ContainerFaults {
  /** All that run, the oldest first. */
  readonly live: Set<LiveContainer>;
  /** Pods whose readiness probes fail, by uid. */
  readonly unready: ReadonlySet<string>;
  /** How much longer a start takes; 0: none. */
  slowStartMs(): number;
}

const START_DELAY = 'START_DELAY_MS';
/** As the kubelet tells of a service that answers so. */
const NOT_READY: ProbeResult = {
  kind: 'failure',
  message: 'HTTP probe failed with statuscode: 503',
};

/** The same runtime, with faults. */
export function faultyRuntime(
  runtime: PodRuntime,
  { faults, clock }: { readonly faults: ContainerFaults; readonly clock: Clock },
): PodRuntime {
  return {
    hostIP: runtime.hostIP,
    openPod: (pod) => {
      const sandbox = runtime.openPod(pod);
      const startContainer = (start: ContainerStart): RunningContainer =>
        startFaulty({ sandbox, pod, start }, { faults, clock });
      return {
        podIP: sandbox.podIP,
        mappedPorts: sandbox.mappedPorts,
        imageFault: (image) => sandbox.imageFault(image),
        setVolume: (name, content) => sandbox.setVolume(name, content),
        startContainer,
        close: () => {
          for (const live of faults.live) if (live.pod === pod) faults.live.delete(live);
          sandbox.close();
        },
      };
    },
  };
}

function startFaulty(
  of: { readonly sandbox: PodSandbox; readonly pod: Pod; readonly start: ContainerStart },
  { faults, clock }: { readonly faults: ContainerFaults; readonly clock: Clock },
): RunningContainer {
  const { sandbox, pod, start } = of;
  let live: LiveContainer | undefined;
  const running = sandbox.startContainer({
    ...start,
    env: slowed(start.env, faults.slowStartMs()),
    onEvent: (event) => {
      if (event.kind === 'started' && live !== undefined) faults.live.add(live);
      if (event.kind !== 'started' && live !== undefined) faults.live.delete(live);
      start.onEvent(event);
    },
  });
  live = { pod, start, running };
  return {
    signal: (signal) => running.signal(signal),
    act: (handler, done) => running.act(handler, done),
    probe: (probe, done): Cancel => {
      const isAtFault = faults.unready.has(pod.metadata.uid ?? '') && isReadiness(start, probe);
      return isAtFault ? clock.after(0, () => done(NOT_READY)) : running.probe(probe, done);
    },
  };
}

function isReadiness({ container }: ContainerStart, probe: Probe): boolean {
  const { readinessProbe } = container;
  return (
    readinessProbe === probe ||
    (readinessProbe !== undefined && JSON.stringify(readinessProbe) === JSON.stringify(probe))
  );
}

function slowed(env: ReadonlyMap<string, string>, byMs: number): ReadonlyMap<string, string> {
  if (byMs === 0) return env;
  const before = Number(env.get(START_DELAY) ?? 0);
  return new Map([...env, [START_DELAY, String((Number.isFinite(before) ? before : 0) + byMs)]]);
}
