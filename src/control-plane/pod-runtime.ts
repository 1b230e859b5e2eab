/**
 * The port behind which containers run: real child processes in the embedded cluster, models in the
 * simulated one. The kubelet (`kubelet/`) holds all the rules of a pod's life and is the only user.
 */
import type { Container, LifecycleHandler, Pod, Probe } from '../core/objects.js';
import type { Cancel, EpochMs } from '../time/clock.js';

/** Starts pods. */
export interface PodRuntime {
  /** The node's own address. */
  readonly hostIP: string;
  /**
   * Gives a pod its address and a place to run. Called once for a pod, before its containers.
   * @throws never: what goes wrong later is told by a container's `onEvent`.
   */
  openPod(pod: Pod): PodSandbox;
}

/** One pod's place to run. */
export interface PodSandbox {
  readonly podIP: string;
  /**
   * Real ports by container port where they differ (a machine without an address for each pod);
   * empty otherwise.
   */
  readonly mappedPorts: ReadonlyMap<number, number>;
  /**
   * Why an image cannot be had, in the words of a registry; absent: it is here.
   */
  imageFault(image: string): string | undefined;
  /**
   * Makes a volume of the pod, or replaces its files all at once: a reader sees the old or the new
   * ones, never some of each. Mounts with a `subPath` keep what they had.
   * @throws what the machine refuses.
   */
  setVolume(name: string, content: VolumeContent): void;
  /**
   * Starts one container. `env` is complete: literals, downward API and references are resolved.
   * Events arrive later, never within this call.
   */
  startContainer(start: ContainerStart): RunningContainer;
  /** Ends whatever is left of the pod and gives its address back. Calling it again does nothing. */
  close(): void;
}

/** What it takes to start a container once. */
export interface ContainerStart {
  readonly container: Container;
  readonly env: ReadonlyMap<string, string>;
  /** Volumes it sees, all of which were set. */
  readonly mounts: readonly Mount[];
  /** 0 for the first start of this container in this pod, then 1, 2, ... */
  readonly attempt: number;
  readonly onEvent: (event: ContainerEvent) => void;
}

/** Where a container sees a volume. */
export interface Mount {
  readonly volume: string;
  /** As the container names it, without a slash at the end. */
  readonly mountPath: string;
  /** The one file or folder of the volume that is meant; absent: all of it. Never leads out of it. */
  readonly subPath?: string;
}

/** What is in a volume. */
export type VolumeContent =
  /** Files by their path in the volume, which never leads out of it. */
  | { readonly kind: 'files'; readonly files: ReadonlyMap<string, VolumeFile> }
  /** A directory that lives as long as the pod. */
  | { readonly kind: 'empty' }
  /** A directory or file of the machine. */
  | { readonly kind: 'host'; readonly path: string; readonly type: string };

/** One file of a volume. */
export interface VolumeFile {
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/** What a container tells of itself, in this order: started, exited; or only not-started. */
export type ContainerEvent =
  | { readonly kind: 'started'; readonly atMs: EpochMs; readonly containerID: string }
  | {
      /** It could not be started; the kubelet tries again with back-off. */
      readonly kind: 'not-started';
      readonly reason: 'CreateContainerError' | 'RunContainerError';
      readonly message: string;
    }
  | {
      readonly kind: 'exited';
      readonly atMs: EpochMs;
      /** 128 + signal number when a signal ended it, as containers report it. */
      readonly exitCode: number;
      readonly signal?: number;
      readonly isOutOfMemory: boolean;
      /** What it left to say about its end; absent: nothing. */
      readonly message?: string;
    };

/** A container that was asked to start: to be signalled and probed. */
export interface RunningContainer {
  /** Sends the signal to everything in the container; after its end this does nothing. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
  /**
   * Probes once and calls `done` exactly once, also when the time-out of the probe passes or the
   * container ends. The result of a cancelled probe is not reported.
   */
  probe(probe: Probe, done: (result: ProbeResult) => void): Cancel;
  /**
   * Spares probes whose answer is known: says that every tick from now on would find a success, until `onUnsure` is
   * called, once; what the ticks cost is booked all the same. Undefined: that cannot be said. Absent: it never can.
   */
  spareProbes?(
    probe: Probe,
    ticks: { readonly fromMs: EpochMs; readonly everyMs: number },
    onUnsure: () => void,
  ): Cancel | undefined;
  /**
   * Does what a hook asks (`exec` or `httpGet`) and calls `done` once, later, unless it is cancelled or
   * the container ends.
   */
  act(handler: LifecycleHandler, done: (result: ActionResult) => void): Cancel;
}

/** How a hook went. */
export type ActionResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly message: string };

/** A message is upstream's: `HTTP probe failed with statuscode: 503`, `... context deadline exceeded ...`. */
export type ProbeResult =
  /** `warning`: it went well, but a user should know this. */
  | { readonly kind: 'success'; readonly warning?: string }
  | { readonly kind: 'failure'; readonly message: string }
  /** It could not be asked at all, which says nothing of the container. */
  | { readonly kind: 'error'; readonly message: string };

/**
 * Cumulative use of one container since it started, in *Kubernetes* CPUs (the real use divided by
 * the CPU scale).
 */
export interface ContainerUsage {
  readonly podUid: string;
  readonly container: string;
  /** When the container was started; a later one is a restart and its counters begin at 0. */
  readonly startedAtMs: EpochMs;
  /** CPU time used, in milliseconds of a Kubernetes CPU: 1,000 in one second is 1 CPU. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
  /** Throttling, where it can be known (a CPU limit enforced by the kernel). */
  readonly throttled?: {
    readonly periods: number;
    readonly throttledPeriods: number;
    readonly throttledMs: number;
  };
}

/** Reads every running container's use at one instant. */
export interface UsageSource {
  readUsage(nowMs: EpochMs): readonly ContainerUsage[];
  /** The running containers, to be read one by one: another list when others run. Absent: they cannot. */
  readable?(): readonly ReadableContainer[];
}

/** A container whose use can be read alone. */
export interface ReadableContainer {
  readonly podUid: string;
  readonly container: string;
  readonly startedAtMs: EpochMs;
  /** Whether its memory may change: who has too much is found out by reading. */
  readonly memoryChanges: boolean;
  /** Its use now; absent when it is over. */
  read(): ContainerUsage | undefined;
}
