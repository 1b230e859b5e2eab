/** Whether a load can be sent from where, and shared out to as many senders as, a file asks for. */
import { isRecord, valueAt } from '../core/json.js';
import { mostShares } from '../load/plan-shares.js';
import type { LoadPlan } from '../load/sender.js';
import type { Fault } from './fault.js';
import type { RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

/**
 * The faults of a plan with more processes or workers than it has users, connections or requests for.
 *
 * @param path - of the load.
 */
export function processFaults(
  document: RawDocument,
  { path, plan }: { readonly path: FieldPath; readonly plan: LoadPlan },
): readonly Fault[] {
  const { count, because } = mostShares(plan);
  const wanted = { processes: plan.processes, workers: plan.fromCluster?.workers };
  return Object.entries(wanted).flatMap(([field, many]) =>
    typeof many === 'number' && many > count
      ? [document.fault([...path, field], `at most ${count} (${because})`)]
      : [],
  );
}

/**
 * Fields that say nothing where the load is sent from.
 *
 * @param path - of the load.
 */
export function senderPlaceFaults(document: RawDocument, path: FieldPath): readonly Fault[] {
  const load = valueAt(document.content, path);
  if (!isRecord(load)) return [];
  const isFromCluster = load['from'] === 'cluster';
  const [fields, expected] = isFromCluster
    ? [['processes'], 'no such field with `from: cluster`: each of its workers is one process']
    : [['workers', 'workerImage'], 'no such field without `from: cluster`'];
  return fields
    .filter((field) => load[field] !== undefined)
    .map((field) => document.keyFault([...path, field], expected));
}
