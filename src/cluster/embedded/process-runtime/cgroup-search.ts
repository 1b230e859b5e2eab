/** Finds out by trying which control groups this machine lets us make. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../run-guard/process-files.js';
import { removeCgroup } from '../run-guard/sweep.js';
import { cgroupMounts, withAncestors } from './cgroup-mounts.js';
import type { CgroupMount } from './cgroup-mounts.js';
import { ContainerGroup, topDirectories } from './container-group.js';
import type { CgroupTop } from './container-group.js';

/** About as many pods as a run has; the kernel's default weight is that of one process. */
const WEIGHT_IN_PROCESSES = 10;

/** What was found; `because` is a sentence for the report. */
export interface CgroupSearch {
  /** Under which containers get their groups; absent: none can be made. */
  readonly top: CgroupTop | undefined;
  readonly canLimitCpu: boolean;
  readonly because: string;
}

/**
 * Tries version 2 with its `cpu` controller, then version 1, then version 2 for counting only. A
 * place counts only after a process of ours joined a limited group there.
 *
 * @param name - directory name for the run's groups, such as `hpa-lab-<run id>`.
 */
export function searchCgroups(name: string): CgroupSearch {
  const mountInfo = readText('/proc/self/mountinfo');
  const ownGroups = readText('/proc/self/cgroup');
  if (mountInfo === undefined || ownGroups === undefined) {
    return { top: undefined, canLimitCpu: false, because: 'this system has no control groups' };
  }
  const mounts = cgroupMounts(mountInfo, ownGroups);
  const refusals: string[] = [];
  for (const candidate of candidates(mounts, name)) {
    const refusal = tried(candidate);
    if (refusal === undefined) return found(candidate);
    refusals.push(refusal);
  }
  const because =
    refusals.length === 0
      ? 'no control groups are mounted'
      : `control groups: ${refusals.join('; ')}`;
  return { top: undefined, canLimitCpu: false, because };
}

function found(top: CgroupTop): CgroupSearch {
  if (top.version === 1) {
    const canLimitCpu = top.cpu !== undefined;
    const because = canLimitCpu
      ? 'cgroup v1 with the cpu controller is writable'
      : 'cgroup v1 is writable but has no cpu controller';
    return { top, canLimitCpu, because };
  }
  const because = top.controls.cpu
    ? 'cgroup v2 with the cpu controller is writable'
    : 'cgroup v2 is writable but has no cpu controller here';
  return { top, canLimitCpu: top.controls.cpu, because };
}

function candidates(mounts: readonly CgroupMount[], name: string): readonly CgroupTop[] {
  const v2 = mounts
    .filter((mount) => mount.version === 2)
    .flatMap(withAncestors)
    .map((parent): CgroupTop => {
      const available = readText(join(parent, 'cgroup.controllers'))?.trim().split(' ') ?? [];
      const controls = { cpu: available.includes('cpu'), memory: available.includes('memory') };
      return { version: 2, directory: join(parent, name), controls };
    });
  const limiting = v2.filter((top) => top.version === 2 && top.controls.cpu);
  const counting = v2.filter((top) => top.version === 2 && !top.controls.cpu);
  return [...limiting, ...v1Candidates(mounts, name), ...counting];
}

function v1Candidates(mounts: readonly CgroupMount[], name: string): readonly CgroupTop[] {
  const place = (controller: string): string | undefined => {
    const mount = mounts.find((candidate) => candidate.controllers.includes(controller));
    return mount === undefined ? undefined : join(mount.own, name);
  };
  const [cpu, cpuacct, memory] = ['cpu', 'cpuacct', 'memory'].map(place);
  if (cpuacct === undefined) return [];
  return [
    { version: 1, cpu, cpuacct, memory },
    ...(memory === undefined ? [] : [{ version: 1, cpu, cpuacct, memory: undefined } as const]),
  ];
}

/** Makes the top and a limited group in it, and lets a process join. Gives back what went wrong. */
function tried(top: CgroupTop): string | undefined {
  const made: string[] = [];
  try {
    for (const directory of topDirectories(top)) {
      mkdirSync(directory, { recursive: false });
      made.push(directory);
    }
    if (top.version === 2) delegate(top);
    raiseWeight(top);
    const group = new ContainerGroup(top, 'trial', { cpuMillicores: 500, memoryBytes: 2 ** 28 });
    const joined = spawnSync(
      '/bin/sh',
      ['-c', 'for file; do echo $$ > "$file" || exit 1; done', 'sh', ...group.joinFiles],
      { stdio: ['ignore', 'ignore', 'pipe'], timeout: 5_000 },
    );
    const isGone = group.remove();
    if (joined.status === 0 && isGone) return undefined;
    for (const directory of made) removeCgroup(directory);
    return `${topDirectories(top).join(', ')}: a process could not join`;
  } catch (error) {
    for (const directory of made) removeCgroup(directory);
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Lets the run's pods compete as so many processes and not as one: the kernel shares a busy core
 * between a group as a whole and every other process beside it. The limits hold all the same.
 */
function raiseWeight(top: CgroupTop): void {
  if (top.version === 2) {
    if (top.controls.cpu) {
      writeFileSync(join(top.directory, 'cpu.weight'), String(100 * WEIGHT_IN_PROCESSES));
    }
  } else if (top.cpu !== undefined) {
    writeFileSync(join(top.cpu, 'cpu.shares'), String(1_024 * WEIGHT_IN_PROCESSES));
  }
}

/** Lets the controllers act in the groups below. The parent must have passed them on already. */
function delegate(top: Extract<CgroupTop, { version: 2 }>): void {
  const wanted = Object.entries(top.controls).filter(([, isOn]) => isOn);
  if (wanted.length === 0) return;
  const text = wanted.map(([controller]) => `+${controller}`).join(' ');
  writeFileSync(join(top.directory, 'cgroup.subtree_control'), text);
}
