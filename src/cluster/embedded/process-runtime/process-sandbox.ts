/** One pod's place: its address, its ports, its containers. */
import type { Pod } from '../../../core/objects.js';
import type {
  ContainerEvent,
  ContainerStart,
  PodSandbox,
  RunningContainer,
  VolumeContent,
} from '../../../control-plane/pod-runtime.js';
import type { Cancel, Clock } from '../../../time/clock.js';
import type { FreePorts } from './free-ports.js';
import type { LoopbackAddresses } from './loopback-addresses.js';
import type { ProcessContainer } from './process-container.js';
import { VolumeDirectory } from './volume-directory.js';

/** Why a container cannot be started. */
export type Refusal = Extract<ContainerEvent, { kind: 'not-started' }>;

/** What a sandbox needs of its runtime. */
export interface SandboxOptions {
  readonly pod: Pod;
  readonly clock: Clock;
  /** Addresses to take one from, or ports of 127.0.0.1. */
  readonly network:
    | { readonly kind: 'per-pod'; readonly addresses: LoopbackAddresses }
    | { readonly kind: 'shared'; readonly ports: FreePorts };
  /** Where its volumes are; made when it is needed. */
  readonly directory: string;
  /** Why an image cannot be had; absent: it can. */
  readonly imageFault: (image: string) => string | undefined;
  /** Starts a process for a container, or says why that cannot be. */
  readonly launch: (sandbox: ProcessSandbox, start: ContainerStart) => ProcessContainer | Refusal;
  readonly onClose: (sandbox: ProcessSandbox) => void;
}

const SHARED_ADDRESS = '127.0.0.1';

/** See the file's first line. */
export class ProcessSandbox implements PodSandbox {
  readonly pod: Pod;
  readonly podIP: string;
  readonly volumes: VolumeDirectory;
  readonly #options: SandboxOptions;
  readonly #ports = new Map<number, number>();
  readonly #containers = new Set<ProcessContainer>();
  #isClosed = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.pod = options.pod;
    this.volumes = new VolumeDirectory(options.directory);
    const { network } = options;
    this.podIP = network.kind === 'per-pod' ? network.addresses.take() : SHARED_ADDRESS;
    const { containers, initContainers = [] } = options.pod.spec;
    for (const container of [...containers, ...initContainers]) {
      for (const { containerPort } of container.ports ?? []) this.realPort(containerPort);
    }
  }

  get mappedPorts(): ReadonlyMap<number, number> {
    return this.#ports;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Processes that were started here and have not been forgotten. */
  get containers(): ReadonlySet<ProcessContainer> {
    return this.#containers;
  }

  /** The port on the pod's address behind a container port. */
  realPort(containerPort: number): number {
    const { network } = this.#options;
    if (network.kind === 'per-pod') return containerPort;
    const port = this.#ports.get(containerPort) ?? network.ports.take();
    this.#ports.set(containerPort, port);
    return port;
  }

  imageFault(image: string): string | undefined {
    return this.#options.imageFault(image);
  }

  setVolume(name: string, content: VolumeContent): void {
    if (!this.#isClosed) this.volumes.set(name, content);
  }

  startContainer(start: ContainerStart): RunningContainer {
    const launched = this.#isClosed ? POD_GONE : this.#options.launch(this, start);
    if (!('kind' in launched)) {
      this.#containers.add(launched);
      return launched;
    }
    this.#options.clock.after(0, () => start.onEvent(launched));
    return NEVER_STARTED;
  }

  /** A process has ended and its groups are gone. */
  forget(container: ProcessContainer): void {
    this.#containers.delete(container);
    this.#giveBack();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const container of this.#containers) container.kill();
    this.#options.onClose(this);
    this.#giveBack();
  }

  /** Not before the last process has ended: it may still listen at its address and read its files. */
  #giveBack(): void {
    const { network } = this.#options;
    if (!this.#isClosed || this.#containers.size > 0) return;
    this.volumes.remove();
    if (network.kind === 'per-pod') network.addresses.release(this.podIP);
  }
}

const POD_GONE: Refusal = {
  kind: 'not-started',
  reason: 'RunContainerError',
  message: 'the pod is gone',
};
const nothing: Cancel = () => undefined;
const NEVER_STARTED: RunningContainer = {
  signal: nothing,
  probe: () => nothing,
  act: () => nothing,
};
