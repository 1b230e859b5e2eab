/** Containers as real child processes: the embedded cluster's `PodRuntime` and `UsageSource`. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../../core/objects.js';
import { milliValue, wholeValue } from '../../../core/quantity.js';
import type { Random } from '../../../core/random.js';
import type {
  ContainerStart,
  ContainerUsage,
  PodRuntime,
  PodSandbox,
  UsageSource,
} from '../../../control-plane/pod-runtime.js';
import type { AddressMode, CpuLimitMode, ImageMapping } from '../../../experiment/experiment.js';
import type { Clock } from '../../../time/clock.js';
import type { RunGuard } from '../run-guard/run-guard.js';
import type {
  AccessibleContainer,
  ContainerAccess,
  ContainerKey,
} from '../streams/container-access.js';
import { sendSignal } from '../run-guard/process-files.js';
import { removeCgroup } from '../run-guard/sweep.js';
import { containerCommand, mappingFor, unmappedImageMessage } from './container-command.js';
import { ContainerGroup, topDirectories } from './container-group.js';
import { FreePorts } from './free-ports.js';
import { LoopbackAddresses } from './loopback-addresses.js';
import { findAbilities } from './machine-abilities.js';
import type { MachineAbilities } from './machine-abilities.js';
import { pathReplacer } from './mount-paths.js';
import { PodLogs } from './pod-logs.js';
import { ProcessContainer } from './process-container.js';
import { ProcessSandbox } from './process-sandbox.js';
import type { Refusal } from './process-sandbox.js';
import { ProcessUsage } from './process-usage.js';
import { PsUsage } from './ps-usage.js';
import { SignalLimiter } from './signal-limiter.js';
import type { UsageReader } from './usage-reader.js';

/** How a runtime is made. */
export interface ProcessRuntimeOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Watches over every process; it outlives the runtime and is closed after it. */
  readonly guard: RunGuard;
  readonly images: Readonly<Record<string, ImageMapping>>;
  /** Real cores that one Kubernetes CPU is. */
  readonly cpuScale: number;
  readonly addresses: AddressMode | 'auto';
  readonly cpuLimits: CpuLimitMode;
  /** Where commands run; absent: this process's directory. */
  readonly workingDirectory?: string;
  /** What is kept of each container's output; absent: 10 MiB of text. */
  readonly logBytes?: number;
  /** `proc` counts CPU from `/proc` even where control groups could; for tests. */
  readonly accounting?: 'proc';
}

/** @see Source: kubernetes 1.36 `pkg/kubelet/apis/config/v1beta1/defaults.go`, `ContainerLogMaxSize`. */
const DEFAULT_LOG_BYTES = 10_485_760;
const DEFAULT_MESSAGE_PATH = '/dev/termination-log';
const GROUP_RETRY_MS = 20;
const CLOSE_TIMEOUT_MS = 5_000;
/** The host's variables that a container gets; everything else is its own. */
const INHERITED = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** Runs pods on this machine. `close` ends everything; whatever else ends us is the guard's affair. */
export class ProcessRuntime implements PodRuntime, UsageSource, ContainerAccess {
  readonly hostIP = '127.0.0.1';
  /** What this machine can do, for `Environment.embedded` of the timeline. */
  readonly abilities: MachineAbilities;
  /** For Services too; absent where pods share one address. */
  readonly addresses: LoopbackAddresses | undefined;
  /** Ports for Services on a shared address. */
  readonly ports: FreePorts;
  /** What containers wrote, also those that are gone. */
  readonly logs: PodLogs;
  readonly #options: ProcessRuntimeOptions;
  readonly #ps: PsUsage;
  readonly #sandboxes = new Set<ProcessSandbox>();
  #groups = 0;
  #closing: Promise<void> | undefined;

  /**
   * Finds out what the machine can do and gets ready.
   * @throws {LabError} `CLUSTER_FAILED` when something was asked for by name that cannot be had.
   */
  static async start(options: ProcessRuntimeOptions): Promise<ProcessRuntime> {
    const { guard, random } = options;
    const { runId, baseDirectory } = guard;
    const loopback = new LoopbackAddresses({
      random: random.child('addresses'),
      runId,
      baseDirectory,
    });
    const sampleAddress = loopback.take();
    try {
      const abilities = await findAbilities({
        cpuLimits: options.cpuLimits,
        addresses: options.addresses,
        platform: process.platform,
        cgroupName: `hpa-lab-${runId}`,
        sampleAddress,
        ...(options.accounting === undefined ? {} : { accounting: options.accounting }),
      });
      loopback.release(sampleAddress);
      const runtime = new ProcessRuntime(options, abilities, loopback);
      if (abilities.addresses === 'shared') await runtime.ports.start();
      return runtime;
    } catch (error) {
      loopback.close();
      throw error;
    }
  }

  private constructor(
    options: ProcessRuntimeOptions,
    abilities: MachineAbilities,
    loopback: LoopbackAddresses,
  ) {
    this.#options = options;
    this.abilities = abilities;
    this.ports = new FreePorts(options.random.child('ports'));
    if (abilities.addresses === 'shared') loopback.close();
    this.addresses = abilities.addresses === 'shared' ? undefined : loopback;
    this.logs = new PodLogs(options.logBytes ?? DEFAULT_LOG_BYTES);
    this.#ps = new PsUsage(options.clock);
    for (const directory of this.#tops()) options.guard.protectCgroup(directory);
  }

  openPod(pod: Pod): PodSandbox {
    const network =
      this.addresses === undefined
        ? ({ kind: 'shared', ports: this.ports } as const)
        : ({ kind: 'per-pod', addresses: this.addresses } as const);
    const sandbox = new ProcessSandbox({
      pod,
      clock: this.#options.clock,
      network,
      directory: join(this.#options.guard.directory, 'pods', pod.metadata.uid ?? ''),
      imageFault: (image) => {
        const { images } = this.#options;
        return mappingFor(image, images) === undefined
          ? unmappedImageMessage(image, images)
          : undefined;
      },
      launch: (place, start) => this.#launch(place, start),
      onClose: (place) => {
        this.logs.retire(place.pod.metadata.uid ?? '');
        if (place.containers.size === 0) this.#sandboxes.delete(place);
      },
    });
    this.#sandboxes.add(sandbox);
    return sandbox;
  }

  container({ podUid, container }: ContainerKey): AccessibleContainer | undefined {
    for (const sandbox of this.#sandboxes) {
      if (sandbox.pod.metadata.uid !== podUid || sandbox.isClosed) continue;
      const running = [...sandbox.containers].filter(
        ({ name, isOver, startedAtMs }) =>
          name === container && !isOver && startedAtMs !== undefined,
      );
      return running.at(-1);
    }
    return undefined;
  }

  readUsage(): readonly ContainerUsage[] {
    const all: ContainerUsage[] = [];
    for (const sandbox of this.#sandboxes) {
      for (const container of sandbox.containers) {
        const usage = this.#usageOf(sandbox, container);
        if (usage !== undefined) all.push(usage);
      }
    }
    return all;
  }

  /** Ends every process, waits for that, and removes every group. Calling it again waits too. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { clock } = this.#options;
    for (const sandbox of this.#sandboxes) sandbox.close();
    const endMs = clock.now() + CLOSE_TIMEOUT_MS;
    while (this.#sandboxes.size > 0 && clock.now() < endMs) await clock.sleep(GROUP_RETRY_MS / 4);
    while (!this.#removeTops() && clock.now() < endMs) await clock.sleep(GROUP_RETRY_MS);
    this.addresses?.close();
  }

  #tops(): readonly string[] {
    return this.abilities.cgroups === undefined ? [] : topDirectories(this.abilities.cgroups);
  }

  #removeTops(): boolean {
    return this.#tops()
      .map((directory) => removeCgroup(directory))
      .every(Boolean);
  }

  #launch(sandbox: ProcessSandbox, start: ContainerStart): ProcessContainer | Refusal {
    const { images, clock, guard, workingDirectory = process.cwd() } = this.#options;
    const { container } = start;
    const mapping = mappingFor(container.image, images);
    const paths = realPaths(sandbox, start);
    if (mapping === undefined || typeof paths === 'string') {
      const message =
        typeof paths === 'string' ? paths : unmappedImageMessage(container.image, images);
      return { kind: 'not-started', reason: 'CreateContainerError', message };
    }
    const group = this.#group(start);
    if (typeof group === 'string') {
      return { kind: 'not-started', reason: 'CreateContainerError', message: group };
    }
    const { metadata } = sandbox.pod;
    const values = {
      podIP: sandbox.podIP,
      podName: metadata.name,
      port: (port: number) => sandbox.realPort(port),
    };
    const env = new Map([...this.#baseEnvironment(sandbox), ...start.env]);
    const command = containerCommand(container, env, { mapping, values });
    const marked = new Map([
      ...command.env,
      ...Object.entries(guard.environment),
      ['CPU_SCALE', String(this.#options.cpuScale)],
    ]);
    return new ProcessContainer({
      start,
      clock,
      guard,
      command: {
        argv: command.argv.map(paths.replace),
        env: new Map([...marked].map(([name, text]) => [name, paths.replace(text)])),
        workingDirectory: paths.workingDirectory ?? workingDirectory,
      },
      group,
      log: this.logs.begin({ podUid: metadata.uid ?? '', container: container.name }),
      podIP: sandbox.podIP,
      realPort: values.port,
      withRealPaths: paths.replace,
      messageFile: paths.messageFile,
      watchedMemoryBytes: group?.limitsMemory === true ? undefined : memoryLimitOf(start),
      usageOf: (pid) => this.#reader(pid),
      limit: (pid, usage) => this.#limiter(start, pid, usage),
      onGone: (gone) => this.#forget(sandbox, gone),
    });
  }

  #baseEnvironment(sandbox: ProcessSandbox): readonly (readonly [string, string])[] {
    const inherited = INHERITED.flatMap((name): readonly (readonly [string, string])[] => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    });
    const { directory } = this.#options.guard;
    return [
      ...inherited,
      ['HOSTNAME', sandbox.pod.metadata.name],
      ['HOME', directory],
      ['POD_IP', sandbox.podIP],
    ];
  }

  #realMillicores(start: ContainerStart): number | undefined {
    const limit = start.container.resources?.limits?.['cpu'];
    return limit === undefined ? undefined : milliValue(limit) * this.#options.cpuScale;
  }

  /** A text says why the kernel refuses one. */
  #group(start: ContainerStart): ContainerGroup | string | undefined {
    const top = this.abilities.cgroups;
    if (top === undefined) return undefined;
    const isLimiting = this.abilities.cpuLimits.startsWith('cgroup');
    try {
      return new ContainerGroup(top, `c${++this.#groups}`, {
        cpuMillicores: isLimiting ? this.#realMillicores(start) : undefined,
        memoryBytes: memoryLimitOf(start),
      });
    } catch (error) {
      return `control group: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #reader(pid: number): UsageReader | undefined {
    return this.abilities.accounting === 'proc'
      ? new ProcessUsage(pid, this.#options.clock)
      : this.#ps.of(pid);
  }

  #limiter(start: ContainerStart, pid: number, usage: UsageReader): SignalLimiter | undefined {
    const limitMillicores = this.#realMillicores(start);
    if (this.abilities.cpuLimits !== 'signals' || limitMillicores === undefined) return undefined;
    return new SignalLimiter(this.#options.clock, {
      cpuMs: () => usage.cpuMs(),
      // The group may have ended since it was looked at.
      signal: (signal) => sendSignal(-pid, signal),
      limitMillicores,
      cores: cpus().length,
    });
  }

  #usageOf(sandbox: ProcessSandbox, container: ProcessContainer): ContainerUsage | undefined {
    const cpuMs = container.isOver ? undefined : container.usage?.cpuMs();
    const memoryBytes = container.memoryBytes();
    const { startedAtMs } = container;
    if (cpuMs === undefined || memoryBytes === undefined || startedAtMs === undefined) {
      return undefined;
    }
    const throttled = container.throttling();
    return {
      podUid: sandbox.pod.metadata.uid ?? '',
      container: container.name,
      startedAtMs,
      cpuMs: cpuMs / this.#options.cpuScale,
      memoryBytes,
      ...(throttled === undefined ? {} : { throttled }),
    };
  }

  /** Removes the groups of a container that has ended, again and again until the kernel lets go. */
  #forget(sandbox: ProcessSandbox, container: ProcessContainer, attempt = 0): void {
    const isGone = container.group?.remove() ?? true;
    if (!isGone && attempt < CLOSE_TIMEOUT_MS / GROUP_RETRY_MS) {
      const again = (): void => this.#forget(sandbox, container, attempt + 1);
      this.#options.clock.after(GROUP_RETRY_MS, again);
      return;
    }
    sandbox.forget(container);
    if (sandbox.isClosed && sandbox.containers.size === 0) this.#sandboxes.delete(sandbox);
  }
}

function memoryLimitOf({ container }: ContainerStart): number | undefined {
  const limit = container.resources?.limits?.['memory'];
  return limit === undefined ? undefined : wholeValue(limit);
}

interface RealPaths {
  readonly replace: (text: string) => string;
  readonly messageFile: string;
  /** Absent: the container's is of a file system that is not here. */
  readonly workingDirectory: string | undefined;
}

/** Where what the container names really is; a text says what the machine refuses. */
function realPaths({ volumes }: ProcessSandbox, start: ContainerStart): RealPaths | string {
  const { terminationMessagePath = DEFAULT_MESSAGE_PATH, workingDir = '' } = start.container;
  try {
    const messageFile = volumes.messageFile();
    const replace = pathReplacer([
      { mountPath: terminationMessagePath, realPath: messageFile },
      ...start.mounts.map((mount) => ({
        mountPath: mount.mountPath,
        realPath: volumes.realPath(mount),
      })),
    ]);
    const replaced = replace(workingDir);
    const workingDirectory = replaced === workingDir ? undefined : replaced;
    return { replace, messageFile, workingDirectory };
  } catch (error) {
    return `volumes: ${error instanceof Error ? error.message : String(error)}`;
  }
}
