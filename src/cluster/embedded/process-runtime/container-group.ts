/** The control groups of one container: where its processes belong and what is read of them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../run-guard/process-files.js';
import { removeCgroup } from '../run-guard/sweep.js';
import { limitCpuV1, limitMemoryV1, limitV2 } from './cgroup-limits.js';
import type { GroupLimits } from './cgroup-limits.js';
import { KernelFile } from './kernel-file.js';
import type { Throttling, UsageReader } from './usage-reader.js';

/** Directories under which groups for containers can be made, by what they are for. */
export type CgroupTop =
  | {
      readonly version: 2;
      readonly directory: string;
      /** Whether the `cpu` and `memory` controllers act in it; without, it only counts CPU time. */
      readonly controls: { readonly cpu: boolean; readonly memory: boolean };
    }
  | {
      readonly version: 1;
      readonly cpu: string | undefined;
      readonly cpuacct: string | undefined;
      readonly memory: string | undefined;
    };

/** Every directory of a top, once. */
export function topDirectories(top: CgroupTop): readonly string[] {
  const all = top.version === 2 ? [top.directory] : [top.cpu, top.cpuacct, top.memory];
  return [...new Set(all.filter((directory) => directory !== undefined))];
}

interface Files {
  readonly cpu: KernelFile | undefined;
  readonly cpuStat: KernelFile | undefined;
  readonly memory: KernelFile | undefined;
  readonly memoryStat: KernelFile | undefined;
}

const US_PER_MS = 1_000;
const NS_PER_MS = 1_000_000;

/** Made for one start of a container; its counters begin at 0. */
export class ContainerGroup implements UsageReader {
  readonly #version: 1 | 2;
  readonly #directories: readonly string[];
  readonly #memoryDirectory: string | undefined;
  readonly #files: Files;
  #lastCpuMs: number | undefined;

  /**
   * Makes the group and sets its limits.
   * @throws what the kernel refuses, after which nothing is left.
   */
  constructor(top: CgroupTop, name: string, limits: GroupLimits) {
    this.#version = top.version;
    this.#directories = topDirectories(top).map((directory) => join(directory, name));
    const under = (directory: string | undefined): string | undefined =>
      directory === undefined ? undefined : join(directory, name);
    const cpu = under(top.version === 2 ? top.directory : top.cpu);
    const counted = under(top.version === 2 ? top.directory : top.cpuacct);
    const memory = under(
      top.version === 1 ? top.memory : top.controls.memory ? top.directory : undefined,
    );
    this.#memoryDirectory = memory;
    try {
      for (const directory of this.#directories) mkdirSync(directory);
      if (top.version === 2) limitV2(join(top.directory, name), allowed(top.controls, limits));
      else {
        if (cpu !== undefined && limits.cpuMillicores !== undefined) {
          limitCpuV1(cpu, limits.cpuMillicores);
        }
        if (memory !== undefined && limits.memoryBytes !== undefined) {
          limitMemoryV1(memory, limits.memoryBytes);
        }
      }
    } catch (error) {
      this.#removeDirectories();
      throw error;
    }
    const isV2 = top.version === 2;
    this.#files = {
      cpu: opened(isV2 ? undefined : counted, 'cpuacct.usage'),
      cpuStat: opened(cpu, 'cpu.stat'),
      memory: opened(memory, isV2 ? 'memory.current' : 'memory.usage_in_bytes'),
      memoryStat: opened(memory, 'memory.stat'),
    };
  }

  /** Whether the kernel holds the memory limit. */
  get limitsMemory(): boolean {
    return this.#memoryDirectory !== undefined;
  }

  /** Files that a process writes its id to in order to belong to the container. */
  get joinFiles(): readonly string[] {
    return this.#directories.map((directory) => join(directory, 'cgroup.procs'));
  }

  cpuMs(): number | undefined {
    const usedMs =
      this.#version === 2
        ? counter(this.#files.cpuStat?.read(), 'usage_usec', US_PER_MS)
        : counter(`usage ${this.#files.cpu?.read()?.trim() ?? ''}`, 'usage', NS_PER_MS);
    this.#lastCpuMs = usedMs ?? this.#lastCpuMs;
    return this.#lastCpuMs;
  }

  /** What the kubelet calls the working set: usage without the file pages that could be dropped. */
  memoryBytes(): number | undefined {
    const used = counter(`usage ${this.#files.memory?.read()?.trim() ?? ''}`, 'usage', 1);
    if (used === undefined) return undefined;
    const name = this.#version === 2 ? 'inactive_file' : 'total_inactive_file';
    const inactive = counter(this.#files.memoryStat?.read(), name, 1) ?? 0;
    return Math.max(0, used - inactive);
  }

  throttling(): Throttling | undefined {
    const text = this.#files.cpuStat?.read();
    const periods = counter(text, 'nr_periods', 1);
    const throttledPeriods = counter(text, 'nr_throttled', 1);
    const throttledMs =
      this.#version === 2
        ? counter(text, 'throttled_usec', US_PER_MS)
        : counter(text, 'throttled_time', NS_PER_MS);
    if (periods === undefined || throttledPeriods === undefined || throttledMs === undefined) {
      return undefined;
    }
    return { periods, throttledPeriods, throttledMs };
  }

  /** Whether the kernel killed a process of the group because of the memory limit. */
  wasOutOfMemory(): boolean {
    if (this.#memoryDirectory === undefined) return false;
    const file = this.#version === 2 ? 'memory.events' : 'memory.oom_control';
    const kills = counter(readText(join(this.#memoryDirectory, file)), 'oom_kill', 1);
    return kills !== undefined && kills > 0;
  }

  close(): void {
    for (const file of Object.values(this.#files)) file?.close();
  }

  /** Kills what is in the group and removes it; false while a process in it is still ending. */
  remove(): boolean {
    this.close();
    return this.#removeDirectories();
  }

  #removeDirectories(): boolean {
    return this.#directories.map((directory) => removeCgroup(directory)).every(Boolean);
  }
}

function allowed(
  controls: { readonly cpu: boolean; readonly memory: boolean },
  limits: GroupLimits,
): GroupLimits {
  return {
    cpuMillicores: controls.cpu ? limits.cpuMillicores : undefined,
    memoryBytes: controls.memory ? limits.memoryBytes : undefined,
  };
}

function opened(directory: string | undefined, name: string): KernelFile | undefined {
  return directory === undefined ? undefined : KernelFile.open(join(directory, name));
}

/** The number after `name` at the beginning of a line, divided; absent when there is none. */
function counter(text: string | undefined, name: string, divisor: number): number | undefined {
  if (text === undefined) return undefined;
  const at = text.startsWith(`${name} `) ? 0 : text.indexOf(`\n${name} `) + 1;
  if (at === 0 && !text.startsWith(`${name} `)) return undefined;
  const value = Number.parseInt(text.slice(at + name.length + 1), 10);
  return Number.isNaN(value) ? undefined : value / divisor;
}
