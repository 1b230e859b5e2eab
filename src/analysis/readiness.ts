/** Pods that stopped being ready: flaps, restarts, time out of rotation. */
import type { PodHistory } from './pod-history.js';
import type { Span } from './run-facts.js';

/** A pod was ready, then not, then ready again within the window. */
interface Flap {
  readonly pod: string;
  /** When it stopped being ready, ms since the run began. */
  readonly unreadyT: number;
  /** Until it was ready again. */
  readonly forMs: number;
  /** True when a container of it restarted meanwhile. */
  readonly hasRestarted: boolean;
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
}

/** Flaps, losses and restarts of the pods within a span. */
export function readiness(
  pods: readonly PodHistory[],
  options: { readonly span: Span; readonly windowMs: number },
): Readiness {
  const { span, windowMs } = options;
  const losses = pods.flatMap((pod) => lossesOf(pod, span));
  const restarted = pods.map(({ name, restarts }) => {
    const within = restarts.filter(({ t }) => t <= span.toT);
    return [name, within.reduce((sum, { count }) => sum + count, 0)] as const;
  });
  return {
    flaps: losses.flatMap(({ pod, unreadyT, againT, untilT }) =>
      againT === undefined || againT - unreadyT > windowMs
        ? []
        : [
            {
              pod: pod.name,
              unreadyT,
              forMs: againT - unreadyT,
              hasRestarted: pod.restarts.some(({ t }) => t >= unreadyT && t <= untilT),
            },
          ],
    ),
    losses: losses.length,
    outOfRotationMs: losses.reduce((sum, { unreadyT, untilT }) => sum + untilT - unreadyT, 0),
    restarts: restarted.reduce((sum, [, count]) => sum + count, 0),
    restartsByPod: Object.fromEntries(restarted.filter(([, count]) => count > 0)),
    windowMs,
  };
}

interface Loss {
  readonly pod: PodHistory;
  readonly unreadyT: number;
  /** Ready again; absent when it never was. */
  readonly againT: number | undefined;
  readonly untilT: number;
}

function lossesOf(pod: PodHistory, span: Span): readonly Loss[] {
  const deletedT = pod.terminatingT ?? pod.goneT ?? Infinity;
  return pod.readiness.flatMap(({ t, isReady }, index) => {
    if (isReady || index === 0 || t >= deletedT || t > span.toT) return [];
    const againT = pod.readiness[index + 1]?.t;
    const untilT = Math.min(againT ?? Infinity, deletedT, span.toT);
    return [{ pod, unreadyT: t, againT, untilT }];
  });
}
