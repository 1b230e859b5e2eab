/** What runs left, as a table with age, expiry and cost. */
import { DEFAULT_PRICE } from '../../experiment/complete.js';
import { milliValue, wholeValue } from '../../core/quantity.js';
import type { KubeObject, Pod } from '../../core/objects.js';
import { table } from '../../report/table.js';
import type { LeftRun, Leftovers } from './leftovers.js';
import { type Removal, whyTerminating } from './remove-run.js';

const GIB = 1024 ** 3;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A line for each run, and below what they left; at `nowMs`. */
export function leftoversText({ runs, unseen }: Leftovers, nowMs: number): readonly string[] {
  const notSeen =
    unseen.length === 0
      ? []
      : [`Not looked at, because they may not be listed: ${unseen.toSorted().join(', ')}.`];
  if (runs.length === 0) return ['No run left anything.', ...notSeen];
  const columns = ['run', 'experiment', 'owner', 'age', 'expires', 'pods', 'cost an hour'];
  return [
    ...table(
      columns.map((title) => ({ title, align: 'left' })),
      runs.map((run) => [
        run.runId,
        run.experiment ?? '-',
        run.owner ?? '-',
        run.sinceMs === undefined ? '-' : spanText(nowMs - run.sinceMs),
        expiryText(run.expiresMs, nowMs),
        String(run.pods.length),
        hourText(run.pods),
      ]),
    ),
    '',
    ...runs.flatMap(({ runId, made, changed }) => [
      ...made.map(({ object }) => `${runId} made ${objectText(object)}${goingText(object)}`),
      ...changed.map(
        ({ object }) => `${runId} changed ${objectText(object)} and did not put it back`,
      ),
    ]),
    ...notSeen,
    `Cost is what the pods request, by ${DEFAULT_PRICE.source}, ${DEFAULT_PRICE.asOf}; an estimate.`,
  ];
}

/** What was done about one run. */
export function removalText(
  runId: string,
  { removed, restored, left }: Removal,
): readonly string[] {
  return [
    ...restored.map(({ object }) => `${runId}: put back ${objectText(object)}`),
    ...removed.map(({ object }) => `${runId}: removed ${objectText(object)}`),
    ...left.map(({ object, because }) => `${runId}: LEFT ${objectText(object.object)}: ${because}`),
  ];
}

/** Whether a run may be removed without asking its owner. */
export function isExpired({ expiresMs }: LeftRun, nowMs: number): boolean {
  return expiresMs !== undefined && expiresMs <= nowMs;
}

/** `Namespace lab`, `Job default/load`. */
export function objectText({ kind, metadata }: KubeObject): string {
  const place = metadata.namespace === undefined ? '' : `${metadata.namespace}/`;
  return `${kind} ${place}${metadata.name}`;
}

/** A namespace that is being deleted and does not go says itself what it waits for. */
function goingText(object: KubeObject): string {
  const { deletionTimestamp } = object.metadata;
  if (deletionTimestamp === undefined) return '';
  const why = object.kind === 'Namespace' ? `: ${whyTerminating(object)}` : '';
  return `, being deleted since ${deletionTimestamp}${why}`;
}

function expiryText(expiresMs: number | undefined, nowMs: number): string {
  if (expiresMs === undefined) return 'does not say';
  return expiresMs <= nowMs
    ? `expired ${spanText(nowMs - expiresMs)} ago`
    : `in ${spanText(expiresMs - nowMs)}`;
}

function spanText(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.round(ms / 1_000))} s`;
  if (ms < HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return ms < DAY_MS ? `${(ms / HOUR_MS).toFixed(1)} h` : `${(ms / DAY_MS).toFixed(1)} days`;
}

/** Of pods whose containers request nothing nothing is known, and nothing told. */
function hourText(pods: readonly Pod[]): string {
  let cost: number | undefined;
  for (const { spec } of pods) {
    for (const { resources } of spec.containers) {
      const { cpu, memory } = resources?.requests ?? {};
      if (cpu !== undefined)
        cost = (cost ?? 0) + (milliValue(cpu) / 1_000) * DEFAULT_PRICE.vcpuHour;
      if (memory !== undefined) {
        cost = (cost ?? 0) + (wholeValue(memory) / GIB) * DEFAULT_PRICE.gibHour;
      }
    }
  }
  return cost === undefined ? '-' : `${cost.toFixed(3)} ${DEFAULT_PRICE.currency}`;
}
