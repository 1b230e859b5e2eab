/** What another HPA would have decided on the inputs that were recorded. */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
} from '../../core/autoscaling-objects.js';
import { decide } from './decide.js';
import type { HpaDecision } from './decision.js';
import { type HpaMemory, NO_MEMORY } from './memory.js';
import { conclude } from './reconcile.js';
import { InputReader } from './recorded-input.js';
import { recordScale } from './record-scale.js';
import type { HpaSettings } from './settings.js';
import type { SyncReading } from './sync-reading.js';

/** One recorded sync. */
export interface RecordedSync {
  readonly atMs: number;
  readonly sync: SyncReading;
  /** Decides this sync in place of the one given for all, with the API server's defaults. */
  readonly hpa?: HorizontalPodAutoscaler;
}

/** One sync of a backtest. */
export interface BacktestedSync {
  readonly atMs: number;
  /** `spec.replicas` as recorded; undefined when the target could not be read. */
  readonly recordedReplicas: number | undefined;
  /** What the other HPA decided, at the recorded size and with the recorded pods and metrics. */
  readonly decision: HpaDecision;
}

/** A series of decisions of another HPA. */
export interface Backtest {
  /** What a reader must know; to be shown wherever the decisions are. */
  readonly note: string;
  readonly syncs: readonly BacktestedSync[];
}

const NOTE =
  'the load did not react: every decision is made at the recorded size, from recorded pods and ' +
  'metrics, as if it had been the only one to differ';

/**
 * Decides each recorded sync again with another HPA.
 *
 * Each decision starts from the recorded size and pods, because metrics of other sizes do not exist.
 * Recommendations are the other HPA's own; changes of size that its policies count are those that were
 * recorded. The `status` of `hpa` is not used.
 *
 * @param syncs - in order of time.
 * @param hpa - with the API server's defaults (`defaultHpa`).
 * @throws {RangeError} when a quantity of the spec is none.
 */
export function backtest(
  syncs: readonly RecordedSync[],
  hpa: HorizontalPodAutoscaler,
  settings: HpaSettings,
): Backtest {
  const reader = new InputReader();
  let memory: HpaMemory = NO_MEMORY;
  let status: HorizontalPodAutoscalerStatus | undefined;
  let previous: RecordedSync | undefined;
  const backtested = syncs.map((recorded): BacktestedSync => {
    const { atMs, sync } = recorded;
    const { status: _unused, ...stored } = recorded.hpa ?? hpa;
    const { behavior } = reader.spec(stored);
    const recordedReplicas = replicasOf(recorded);
    const before = previous === undefined ? undefined : replicasOf(previous);
    if (previous !== undefined && before !== undefined && recordedReplicas !== undefined) {
      const change = { behavior, fromReplicas: before, toReplicas: recordedReplicas };
      // the change was made at the sync before, and shows at this one
      if (before !== recordedReplicas) memory = recordScale(memory, change, previous.atMs);
    }
    previous = recorded;
    const input = reader.read(
      status === undefined ? stored : { ...stored, status },
      sync,
      settings,
    );
    const decided = decide(input, memory, atMs);
    const { decision, status: written } = conclude(input, decided, { kind: 'accepted' });
    memory = decided.memory;
    status = written ?? status;
    return { atMs, recordedReplicas, decision };
  });
  return { note: NOTE, syncs: backtested };
}

function replicasOf({ sync: { scale } }: RecordedSync): number | undefined {
  return scale.kind === 'found' ? scale.specReplicas : undefined;
}
