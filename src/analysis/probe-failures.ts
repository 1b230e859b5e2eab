/** Failed probes, as Kubernetes tells them in Events. */
import type { KubeEventRecord } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';
import type { Span } from './run-facts.js';

/** Failed probes of one pod or of all. */
export interface ProbeFailures {
  readonly readiness: number;
  readonly liveness: number;
  readonly startup: number;
  /** Restarts that a failed liveness or startup probe caused. */
  readonly livenessRestarts: number;
}

/** No probe failed. */
export const NO_FAILURES: ProbeFailures = {
  readiness: 0,
  liveness: 0,
  startup: 0,
  livenessRestarts: 0,
};

/** A probe of a pod failed, or a container was killed for it, so many times more than was told before. */
export interface ProbeEvent {
  readonly t: number;
  readonly pod: string;
  readonly what: keyof ProbeFailures;
  readonly times: number;
  readonly message: string;
}

const POD = 'Pod/';
const PROBES = { Readiness: 'readiness', Liveness: 'liveness', Startup: 'startup' } as const;
/** @see Source: kubernetes `pkg/kubelet/prober/prober.go`, `probe` ("%s probe failed: %s"). */
const UNHEALTHY = /(?:^|: )(Readiness|Liveness|Startup) probe (?:failed|errored)/;
/** @see Source: kubernetes `pkg/kubelet/kuberuntime/kuberuntime_manager.go`, `computePodActions`. */
const KILLED = /failed (?:liveness|startup) probe, will be restarted/;

/**
 * What Events tell of probes, in order: each time one came or its count rose. An Event that began anew
 * with a lower count counts from there.
 */
export function probeEvents(events: readonly KubeEventRecord[]): readonly ProbeEvent[] {
  const counts = new Map<string, number>();
  return events.flatMap(({ t, object, reason, message, count }) => {
    const what = whatOf(reason, message);
    if (what === undefined || !object.startsWith(POD)) return [];
    const key = `${object}\n${reason}\n${message}`;
    const before = counts.get(key) ?? 0;
    counts.set(key, count);
    const times = count > before ? count - before : count < before ? count : 0;
    return times === 0 ? [] : [{ t, pod: object.slice(POD.length), what, times, message }];
  });
}

function whatOf(reason: string, message: string): keyof ProbeFailures | undefined {
  if (reason === 'Killing') return KILLED.test(message) ? 'livenessRestarts' : undefined;
  if (reason !== 'Unhealthy') return undefined;
  const [, title] = UNHEALTHY.exec(message) ?? [];
  return title === 'Readiness' || title === 'Liveness' || title === 'Startup'
    ? PROBES[title]
    : undefined;
}

/** {@link probeEvents}; absent without one Event of a pod: every pod has some, so none was observed. */
export function observedProbeEvents(
  events: readonly KubeEventRecord[],
): Measure<readonly ProbeEvent[]> {
  return events.some(({ object }) => object.startsWith(POD))
    ? measured(probeEvents(events))
    : noData('no Event of a pod was observed');
}

/**
 * Failures by pod within a span; pods without any are left out.
 */
export function probeFailures(
  events: readonly KubeEventRecord[],
  { fromT, toT }: Span,
): Measure<ReadonlyMap<string, ProbeFailures>> {
  const observed = observedProbeEvents(events);
  if (observed.kind !== 'measured') return observed;
  const byPod = new Map<string, ProbeFailures>();
  for (const { t, pod, what, times } of observed.value) {
    if (t < fromT || t > toT) continue;
    const before = byPod.get(pod) ?? NO_FAILURES;
    byPod.set(pod, { ...before, [what]: before[what] + times });
  }
  return measured(byPod);
}

/** The failures of several pods together. */
export function sumOfFailures(all: Iterable<ProbeFailures>): ProbeFailures {
  let sum = NO_FAILURES;
  for (const each of all) {
    sum = {
      readiness: sum.readiness + each.readiness,
      liveness: sum.liveness + each.liveness,
      startup: sum.startup + each.startup,
      livenessRestarts: sum.livenessRestarts + each.livenessRestarts,
    };
  }
  return sum;
}
