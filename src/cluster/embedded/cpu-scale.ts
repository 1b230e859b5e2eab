/** How much of a real core one Kubernetes CPU is, when the experiment leaves that to us. */

/** What must fit the machine. */
export interface CpuScaleInput {
  readonly cores: number;
  /** The most pods that will run at once, at least 1. */
  readonly maxReplicas: number;
  /** A pod's CPU limit (its request where it has none), thousandths of a Kubernetes CPU. */
  readonly limitMillicores: number;
}

/** The scale, with a sentence for the report. */
export interface CpuScale {
  readonly scale: number;
  readonly because: string;
}

/** What the load generator and the control plane need: half a core on 2 cores, never all of a machine. */
function reservedCores(cores: number): number {
  return Math.min(0.25 * cores, 1);
}

/**
 * The largest handy scale (1, or a number with one digit that counts) at which all pods may use their
 * limit at once and the load generator and the control plane still have room.
 *
 * @returns a scale in (0, 1]; 0.3 for 10 pods of 500m on 2 cores.
 */
export function chooseCpuScale(input: CpuScaleInput): CpuScale {
  const { cores, maxReplicas, limitMillicores } = input;
  const reserved = reservedCores(cores);
  const wanted = (Math.max(1, maxReplicas) * limitMillicores) / 1_000;
  const fitting = wanted === 0 ? 1 : (cores - reserved) / wanted;
  const asked = `${maxReplicas} pods at ${limitMillicores}m (${trimmed(wanted)} CPUs)`;
  const room = `${trimmed(cores - reserved)} of ${cores} cores (${trimmed(reserved)} kept for load and control plane)`;
  if (fitting >= 1) return { scale: 1, because: `${asked} fit ${room} as they are` };
  const scale = roundedDown(fitting);
  return {
    scale,
    because: `one Kubernetes CPU is ${scale} of a core, so that ${asked} fit ${room}`,
  };
}

/** Cut to one digit that counts: 0.37 gives 0.3, 0.048 gives 0.04. */
function roundedDown(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const digit = Math.floor(value / unit + 1e-9);
  return Number((digit * unit).toPrecision(1));
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(2)));
}
