/** Faults of stages that no schema finds: names used twice, recordings that cannot be read. */
import { fieldOf, valueAt } from '../core/json.js';
import { profileOf } from '../load/profile.js';
import type { LoadPlan } from '../load/sender.js';
import type { Fault } from './fault.js';
import type { ReadFiles } from './read-files.js';
import { stageNames } from './stage-names.js';
import { pathText, type RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

/**
 * Every such fault of a list of stages and of the sequences in it; recordings are read on the way.
 *
 * @param at - `path`: of the list, which need not be one.
 */
export function stageFaults(
  document: RawDocument,
  at: { readonly path: FieldPath; readonly files: ReadFiles },
): readonly Fault[] {
  const { path, files } = at;
  const stages = valueAt(document.content, path);
  if (!Array.isArray(stages)) return [];
  return [
    ...nameFaults(document, path, stages),
    ...spelledNameFaults(document, path, stages),
    ...stages.flatMap((stage: unknown, index) => {
      const own = [...path, index];
      const kind = fieldOf(stage, 'kind');
      if (kind === 'replay') return files.recordingFaults(document, stage, own);
      return kind === 'sequence' ? stageFaults(document, { path: [...own, 'stages'], files }) : [];
    }),
  ];
}

function nameFaults(
  document: RawDocument,
  path: FieldPath,
  stages: readonly unknown[],
): readonly Fault[] {
  const firstWithName = new Map<string, number>();
  return stages.flatMap((stage, index) => {
    const name = fieldOf(stage, 'name');
    if (typeof name !== 'string') return [];
    const first = firstWithName.get(name);
    firstWithName.set(name, first ?? index);
    if (first === undefined) return [];
    const found = `"${name}", which is also ${pathText([...path, first, 'name'])}`;
    return [document.fault([...path, index, 'name'], 'a name of its own for each stage', found)];
  });
}

/**
 * Faults of names that clash only when sequences are spelt out: a stage `a-b` beside a sequence `a` with
 * a stage `b`.
 */
function spelledNameFaults(
  document: RawDocument,
  path: FieldPath,
  stages: readonly unknown[],
): readonly Fault[] {
  const owners = new Map<string, unknown>();
  return stages.flatMap((stage, index) => {
    const names = stageNames([stage]) ?? [];
    const clash = names.find((name) => owners.has(name));
    const other = clash === undefined ? undefined : owners.get(clash);
    for (const name of names) owners.set(name, stage);
    const isSpelled = [stage, other].some((each) => fieldOf(each, 'kind') === 'sequence');
    const isTold = fieldOf(stage, 'name') === fieldOf(other, 'name');
    if (clash === undefined || !isSpelled || isTold) return [];
    const expected = 'a name by which no two stages are called the same';
    return [document.fault([...path, index, 'name'], expected, `"${clash}" twice`)];
  });
}

/** The fault of a plan whose recordings hold no traffic at all, and nothing else does; else none. */
export function silenceFaults(
  document: RawDocument,
  { path, plan }: { readonly path: FieldPath; readonly plan: LoadPlan },
): readonly Fault[] {
  if (plan.load.model === 'closed' || profileOf(plan.load.profile).peakPerSecond > 0) return [];
  const found = 'recordings without any request';
  return [document.fault(path, 'a rate above 0 in at least one stage', found)];
}
