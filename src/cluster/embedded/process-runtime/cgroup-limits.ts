/** The files of a control group that limit it, for both versions. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The kernel's own period of CPU bandwidth control, which Kubernetes uses too. */
const PERIOD_US = 100_000;
/** The kernel refuses a smaller quota. */
const MINIMUM_QUOTA_US = 1_000;

/** What a group may use; absent: without a limit. */
export interface GroupLimits {
  /** Thousandths of a real core. */
  readonly cpuMillicores: number | undefined;
  readonly memoryBytes: number | undefined;
}

function quotaUs(cpuMillicores: number): number {
  return Math.max(MINIMUM_QUOTA_US, Math.round((cpuMillicores / 1_000) * PERIOD_US));
}

/** Writes `cpu.max` and `memory.max`. @throws what the kernel refuses. */
export function limitV2(directory: string, limits: GroupLimits): void {
  if (limits.cpuMillicores !== undefined) {
    writeFileSync(join(directory, 'cpu.max'), `${quotaUs(limits.cpuMillicores)} ${PERIOD_US}`);
  }
  if (limits.memoryBytes !== undefined) {
    writeFileSync(join(directory, 'memory.max'), String(limits.memoryBytes));
    endTogether(directory);
  }
}

/** A container out of memory ends as a whole, as the kubelet has it; kernels before 4.19 end one process. */
function endTogether(directory: string): void {
  const file = join(directory, 'memory.oom.group');
  if (existsSync(file)) writeFileSync(file, '1');
}

/** Writes `cpu.cfs_quota_us` with its period. @throws what the kernel refuses. */
export function limitCpuV1(directory: string, cpuMillicores: number): void {
  writeFileSync(join(directory, 'cpu.cfs_period_us'), String(PERIOD_US));
  writeFileSync(join(directory, 'cpu.cfs_quota_us'), String(quotaUs(cpuMillicores)));
}

/** Writes `memory.limit_in_bytes`. @throws what the kernel refuses. */
export function limitMemoryV1(directory: string, memoryBytes: number): void {
  writeFileSync(join(directory, 'memory.limit_in_bytes'), String(memoryBytes));
}
