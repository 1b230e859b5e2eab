/** What a provider bills for a pod: its requests, rounded up by the provider's rules. */
import type { PodSizes } from './prices.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const MIB_A_GIB = 1024;

/** CPU and memory of a pod, as requested or as billed. */
export interface PodSize {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

/** The billed size of a pod; undefined when it is larger than all the provider offers. */
export function billedSize(requests: PodSize, sizes: PodSizes): PodSize | undefined {
  if (sizes.kind === 'as-requested') return requests;
  return sizes.kind === 'steps' ? inSteps(requests, sizes) : inTable(requests, sizes);
}

function inSteps(requests: PodSize, sizes: Extract<PodSizes, { kind: 'steps' }>): PodSize {
  const { cpuStepMillicores, memoryStepMib, minGibPerVcpu, maxGibPerVcpu } = sizes;
  const wantedMib = Math.max(requests.memoryBytes / MIB, sizes.minMemoryMib);
  const wantedCpu = Math.max(
    requests.cpuMillicores,
    sizes.minCpuMillicores,
    (wantedMib / MIB_A_GIB / maxGibPerVcpu) * 1_000,
  );
  const cpuMillicores = roundUp(wantedCpu, cpuStepMillicores);
  const leastMib = (cpuMillicores / 1_000) * minGibPerVcpu * MIB_A_GIB;
  return {
    cpuMillicores,
    memoryBytes: roundUp(Math.max(wantedMib, leastMib), memoryStepMib) * MIB,
  };
}

function inTable(
  requests: PodSize,
  { overheadMemoryMib, rows }: Extract<PodSizes, { kind: 'table' }>,
): PodSize | undefined {
  const wantedMib = requests.memoryBytes / MIB + overheadMemoryMib;
  for (const { cpuMillicores, memoryMib } of rows) {
    if (cpuMillicores < requests.cpuMillicores) continue;
    const mib = memoryMib.find((each) => each >= wantedMib);
    if (mib !== undefined) return { cpuMillicores, memoryBytes: mib * MIB };
  }
  return undefined;
}

/** Sums of decimals are a little off: what is a step but for that is not a step more. */
function roundUp(value: number, step: number): number {
  return Math.ceil(value / step - 1e-9) * step;
}

/** What a size costs an hour. */
export function sizeHour(
  { cpuMillicores, memoryBytes }: PodSize,
  price: { readonly vcpuHour: number; readonly gibHour: number },
): number {
  return (cpuMillicores / 1_000) * price.vcpuHour + (memoryBytes / GIB) * price.gibHour;
}
