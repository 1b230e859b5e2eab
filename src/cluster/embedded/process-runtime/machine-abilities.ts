/** What this machine can do for containers, found out once at the start, in words for the report. */
import { LabError } from '../../../core/errors.js';
import type { AddressMode, CpuLimitMode } from '../../../experiment/experiment.js';
import { searchCgroups } from './cgroup-search.js';
import type { CgroupTop } from './container-group.js';
import { canListenOn } from './loopback-addresses.js';

/** How limits are held, how use is read and how pods are addressed. */
export interface MachineAbilities {
  readonly cpuLimits: 'cgroup-v2' | 'cgroup-v1' | 'signals' | 'none';
  readonly cpuLimitsBecause: string;
  readonly cpuUsageFrom: string;
  readonly addresses: AddressMode;
  /** What could not be had, in sentences. */
  readonly missing: readonly string[];
  /** Where the groups of containers are made; absent: none are. */
  readonly cgroups: CgroupTop | undefined;
  readonly accounting: 'cgroup' | 'proc' | 'ps';
}

/** What was asked for. */
export interface AbilitiesInput {
  readonly cpuLimits: CpuLimitMode;
  readonly addresses: AddressMode | 'auto';
  readonly platform: NodeJS.Platform;
  /** Directory name for the run's control groups. */
  readonly cgroupName: string;
  /** An address that a pod could get. */
  readonly sampleAddress: string;
  /** `proc` reads `/proc` although control groups could count; for tests. Absent: the best there is. */
  readonly accounting?: 'proc';
}

/**
 * Finds out what can be had.
 *
 * @throws {LabError} `CLUSTER_FAILED` when limits by control groups or an address for each pod were
 *   asked for by name and cannot be had.
 */
export async function findAbilities(input: AbilitiesInput): Promise<MachineAbilities> {
  const isLinux = input.platform === 'linux';
  const wantsGroups = isLinux && (input.accounting !== 'proc' || input.cpuLimits === 'cgroup');
  const search = wantsGroups
    ? searchCgroups(input.cgroupName)
    : { top: undefined, canLimitCpu: false, because: noGroupsBecause(isLinux) };
  if (input.cpuLimits === 'cgroup' && !search.canLimitCpu) {
    throw new LabError(
      'CLUSTER_FAILED',
      `expected control groups that can limit CPU (cpuLimits: cgroup), found none: ${search.because}`,
      { hint: 'use cpuLimits: auto, or signals' },
    );
  }
  const limits = cpuLimits(input.cpuLimits, { isLinux, search });
  const addresses = await addressMode(input);
  const accounting = search.top !== undefined ? 'cgroup' : isLinux ? 'proc' : 'ps';
  const missing = [
    ...(limits.cpuLimits === 'none'
      ? [`CPU limits are not enforced: ${limits.cpuLimitsBecause}`]
      : []),
    ...(addresses === 'shared' && input.addresses === 'auto'
      ? ['pods share 127.0.0.1 with mapped ports: this machine has no loopback address for each']
      : []),
    ...(accounting === 'ps' ? ['CPU use is read from ps, in steps of 10 ms or more'] : []),
  ];
  return {
    ...limits,
    cpuUsageFrom: usageSource(search.top, accounting),
    addresses,
    missing,
    cgroups: search.top,
    accounting,
  };
}

function noGroupsBecause(isLinux: boolean): string {
  return isLinux ? 'control groups were not asked for' : 'this system is not Linux';
}

function cpuLimits(
  mode: CpuLimitMode,
  {
    isLinux,
    search,
  }: { readonly isLinux: boolean; readonly search: ReturnType<typeof searchCgroups> },
): Pick<MachineAbilities, 'cpuLimits' | 'cpuLimitsBecause'> {
  if (mode === 'none') {
    return { cpuLimits: 'none', cpuLimitsBecause: 'the experiment asks for none' };
  }
  if (mode !== 'signals' && search.canLimitCpu) {
    const version = search.top?.version === 2 ? 'cgroup-v2' : 'cgroup-v1';
    return { cpuLimits: version, cpuLimitsBecause: search.because };
  }
  if (!isLinux) {
    const because = 'CPU use cannot be read often enough without /proc';
    return { cpuLimits: 'none', cpuLimitsBecause: because };
  }
  const because = mode === 'signals' ? 'the experiment asks for signals' : search.because;
  return { cpuLimits: 'signals', cpuLimitsBecause: because };
}

function usageSource(
  top: CgroupTop | undefined,
  accounting: MachineAbilities['accounting'],
): string {
  if (top !== undefined) {
    return top.version === 2 ? 'cgroup v2 cpu.stat' : 'cgroup v1 cpuacct.usage';
  }
  return accounting === 'proc' ? '/proc/PID/task/*/schedstat of the process tree' : 'ps';
}

async function addressMode({ addresses, sampleAddress }: AbilitiesInput): Promise<AddressMode> {
  if (addresses === 'shared' || (await canListenOn(sampleAddress))) {
    return addresses === 'shared' ? 'shared' : 'per-pod';
  }
  if (addresses === 'auto') return 'shared';
  throw new LabError(
    'CLUSTER_FAILED',
    `expected to be able to listen on ${sampleAddress} (addresses: per-pod), but this machine refuses`,
    { hint: 'use addresses: auto, or shared' },
  );
}
