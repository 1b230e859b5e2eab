/** Whether a load can be shared out to as many processes as a file asks for. */
import { mostShares } from '../load/plan-shares.js';
import type { LoadPlan } from '../load/sender.js';
import type { Fault } from './fault.js';
import type { RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

/** The fault of a plan with more processes than it has users, connections or requests for; else none. */
export function processFaults(
  document: RawDocument,
  { path, plan }: { readonly path: FieldPath; readonly plan: LoadPlan },
): readonly Fault[] {
  const { processes } = plan;
  if (processes === undefined || processes === 'auto') return [];
  const { count, because } = mostShares(plan);
  return processes > count ? [document.fault(path, `at most ${count} (${because})`)] : [];
}
