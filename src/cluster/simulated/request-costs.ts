/** What the requests of a plan cost a service: a sample of them, and means without the sample's error. */
import type { Random } from '../../core/random.js';
import { drawOf, meanOf, type Scatter } from '../../core/scatter.js';
import { askedCpuMs, type ServiceModel } from '../../core/service-model.js';
import type { RequestScript } from '../../load/request-script.js';

/** One request; times in ms, CPU in ms of a Kubernetes CPU. */
export interface RequestSample {
  /** Index of its kind. */
  readonly kind: number;
  readonly cpuMs: number;
  /** In which it waits for others. */
  readonly waitMs: number;
  /** There and back. */
  readonly networkMs: number;
}

/** Requests of one plan at services with one setting of what a request takes by itself. */
export interface RequestCosts {
  readonly sample: readonly RequestSample[];
  readonly meanCpuMs: number;
  /** By kind. */
  readonly kinds: readonly KindCosts[];
}

/** One kind of request. */
export interface KindCosts {
  /** Of all requests. */
  readonly share: number;
  readonly meanCpuMs: number;
  /** Waiting and network together. */
  readonly meanAsideMs: number;
}

/** So many requests show how the plan mixes them. */
const SAMPLE = 4_096;

/** @param workCpuMs - of a request that does not ask for another CPU time. */
export function requestCosts(
  {
    model,
    networkMs,
    script,
    workCpuMs,
  }: {
    readonly model: ServiceModel;
    readonly networkMs: Scatter;
    readonly script: RequestScript;
    readonly workCpuMs: number;
  },
  random: Random,
): RequestCosts {
  const { cpu, waitMs } = model.request;
  const ownMs = cpu.kind === 'drawn' ? cpu.cpuMs : cpu.beyondCpuMs;
  const own = scaled(ownMs, random.child('cpu'));
  const wait = scaled(waitMs, random.child('wait'));
  const network = scaled(networkMs, random.child('network'));
  const sample = Array.from({ length: SAMPLE }, (_, number): RequestSample => {
    const { path, step } = script.first(number);
    const askedMs = cpu.kind === 'drawn' ? 0 : (askedCpuMs(path) ?? workCpuMs);
    return {
      kind: step.kind,
      cpuMs: askedMs + (own[number] ?? 0),
      waitMs: wait[number] ?? 0,
      networkMs: network[number] ?? 0,
    };
  });
  const asideMs = meanOf(waitMs) + meanOf(networkMs);
  const kinds = script.kinds.map((_, kind): KindCosts => {
    const ofKind = sample.filter((each) => each.kind === kind);
    return {
      share: ofKind.length / SAMPLE,
      meanCpuMs: ofKind.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / Math.max(1, ofKind.length),
      meanAsideMs: asideMs,
    };
  });
  const meanCpuMs = sample.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / SAMPLE;
  return { sample, meanCpuMs, kinds };
}

/** Values drawn, scaled so that their mean is the scatter's own. */
function scaled(scatter: Scatter, random: Random): readonly number[] {
  const draw = drawOf(scatter, random);
  const values = Array.from({ length: SAMPLE }, draw);
  const drawn = values.reduce((sum, value) => sum + value, 0) / SAMPLE;
  const factor = drawn === 0 ? 1 : meanOf(scatter) / drawn;
  return values.map((value) => value * factor);
}
