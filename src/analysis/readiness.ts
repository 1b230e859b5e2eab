/** Pods that stopped being ready: flaps, restarts, time out of rotation. */
import type { KubeEventRecord } from '../timeline/record.js';
import { mapMeasure, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import { NO_FAILURES, probeFailures, sumOfFailures, type ProbeFailures } from './probe-failures.js';
import type { Span } from './run-facts.js';

/** A pod was ready, then not, then ready again within the window. */
export interface Flap {
  readonly pod: string;
  /** When it stopped being ready, ms since the run began. */
  readonly unreadyT: number;
  /** Until it was ready again. */
  readonly forMs: number;
  /** True when a container of it restarted meanwhile. */
  readonly hasRestarted: boolean;
}

/** What became of one pod's readiness. */
export interface PodReadiness {
  readonly pod: string;
  /** Changes between ready and not ready after it first became ready, until it was deleted. */
  readonly transitions: number;
  readonly flaps: number;
  readonly losses: number;
  readonly outOfRotationMs: number;
  readonly restarts: number;
  /** From its Events; absent when no Event was observed. */
  readonly probes: Measure<ProbeFailures>;
}

/** What became of readiness. */
export interface Readiness {
  readonly flaps: readonly Flap[];
  /** Times a ready pod stopped being ready without being deleted, flaps included. */
  readonly losses: number;
  /** Sum over pods of the time from such a loss to ready again, terminated or the end. */
  readonly outOfRotationMs: number;
  /** Container restarts of all pods. */
  readonly restarts: number;
  readonly restartsByPod: Readonly<Record<string, number>>;
  /** A flap is ready again within this. */
  readonly windowMs: number;
  /** Every pod, in the order in which they were first seen. */
  readonly pods: readonly PodReadiness[];
  /** Of all pods; absent when no Event was observed. */
  readonly probes: Measure<ProbeFailures>;
}

/** What readiness is told from. */
export interface ReadinessOptions {
  readonly span: Span;
  readonly windowMs: number;
  /** Events of the run; absent or empty: none was observed. */
  readonly events?: readonly KubeEventRecord[];
}

/** Flaps, losses, restarts and failed probes of the pods within a span. */
export function readiness(pods: readonly PodHistory[], options: ReadinessOptions): Readiness {
  const { span, windowMs, events = [] } = options;
  const losses = pods.map((pod) => lossesOf(pod, span));
  const flaps = losses.flatMap((all) => all.flatMap((loss) => flapOf(loss, windowMs)));
  const probes = probeFailures(events, span);
  const each = pods.map((pod, index): PodReadiness => {
    const own = losses[index] ?? [];
    return {
      pod: pod.name,
      transitions: own.reduce((sum, { againT }) => sum + (againT === undefined ? 1 : 2), 0),
      flaps: own.flatMap((loss) => flapOf(loss, windowMs)).length,
      losses: own.length,
      outOfRotationMs: outOfRotation(own),
      restarts: pod.restarts.reduce((sum, { t, count }) => sum + (t <= span.toT ? count : 0), 0),
      probes: mapMeasure(probes, (byPod) => byPod.get(pod.name) ?? NO_FAILURES),
    };
  });
  const restarted = each.filter(({ restarts }) => restarts > 0);
  return {
    flaps,
    losses: losses.flat().length,
    outOfRotationMs: outOfRotation(losses.flat()),
    restarts: each.reduce((sum, { restarts }) => sum + restarts, 0),
    restartsByPod: Object.fromEntries(restarted.map(({ pod, restarts }) => [pod, restarts])),
    windowMs,
    pods: each,
    probes: mapMeasure(probes, (byPod) => sumOfFailures(byPod.values())),
  };
}

/** A ready pod stopped being ready without being deleted. */
export interface Loss {
  readonly pod: PodHistory;
  readonly unreadyT: number;
  /** Ready again; undefined when it never was before it was deleted or the span ended. */
  readonly againT: number | undefined;
  /** Until it was ready again, deleted, or the span ended. */
  readonly untilT: number;
}

/** The losses of a pod that began within a span, in order. */
export function lossesOf(pod: PodHistory, span: Span): readonly Loss[] {
  const deletedT = pod.terminatingT ?? pod.goneT ?? Infinity;
  return pod.readiness.flatMap(({ t, isReady }, index) => {
    if (isReady || index === 0 || t >= deletedT || t > span.toT) return [];
    const endT = Math.min(deletedT, span.toT);
    const readyT = pod.readiness[index + 1]?.t ?? Infinity;
    const againT = readyT <= endT ? readyT : undefined;
    return [{ pod, unreadyT: t, againT, untilT: againT ?? endT }];
  });
}

function flapOf({ pod, unreadyT, againT }: Loss, windowMs: number): readonly Flap[] {
  if (againT === undefined || againT - unreadyT > windowMs) return [];
  const hasRestarted = pod.restarts.some(({ t }) => t >= unreadyT && t <= againT);
  return [{ pod: pod.name, unreadyT, forMs: againT - unreadyT, hasRestarted }];
}

function outOfRotation(losses: readonly Loss[]): number {
  return losses.reduce((sum, { unreadyT, untilT }) => sum + untilT - unreadyT, 0);
}
