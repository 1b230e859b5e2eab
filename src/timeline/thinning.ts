/** A timeline of days that can still be read: what is told again and again is told less often, changes always. */
import type { TimelineRecord } from './record.js';

/**
 * Keeps every record but those that repeat: of pods' metrics one each period; of the HPA's decisions and
 * state one each period, and each that differs in more than its figures from the one before it.
 *
 * @param periodMs - on the timeline.
 */
export function thinned(
  sink: (record: TimelineRecord) => void,
  periodMs: number,
): (record: TimelineRecord) => void {
  const last = new Map<string, { readonly t: number; readonly told: string }>();
  return (record) => {
    const told = toldBy(record);
    if (told !== undefined) {
      const before = last.get(told.of);
      if (before !== undefined && before.told === told.text && record.t - before.t < periodMs)
        return;
      last.set(told.of, { t: record.t, told: told.text });
    }
    sink(record);
  };
}

/** What a record is one of many of, and what of it counts as a change; undefined: it is kept. */
function toldBy(
  record: TimelineRecord,
): { readonly of: string; readonly text: string } | undefined {
  if (record.kind === 'pod-metrics') return { of: record.kind, text: '' };
  if (record.kind === 'hpa') {
    const { currentReplicas, desiredReplicas, conditions = [] } = record.status ?? {};
    const states = conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);
    const { minReplicas, maxReplicas } = record;
    const counts = [currentReplicas, desiredReplicas, minReplicas, maxReplicas];
    return { of: `hpa ${record.name}`, text: [...counts, ...states].join() };
  }
  if (record.kind !== 'hpa-decision') return undefined;
  return { of: `hpa-decision ${record.name}`, text: decisionText(record.decision) };
}

/** What was decided, without from what. */
function decisionText(told: unknown): string {
  const { decision, error } = fieldsOf(told);
  const { kind, fromReplicas, toReplicas } = fieldsOf(decision);
  return [kind, fromReplicas, toReplicas, error].join();
}

function fieldsOf(value: unknown): Readonly<Partial<Record<string, unknown>>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
