/** What pod records tell of trouble: no node to run on, killed for want of memory; and what limits are. */
import type { PodRecord, Timeline } from '../timeline/record.js';
import { recordsOf, type Span } from './run-facts.js';

/** Trouble of one pod. */
export interface PodTroubles {
  readonly limits: PodRecord['limits'];
  /** When a container was seen killed for want of memory. */
  readonly oomKillTs: readonly number[];
  /** When the scheduler found no node for it; undefined when it never said so. */
  readonly unschedulable: Span | undefined;
}

const NONE: PodTroubles = { limits: {}, oomKillTs: [], unschedulable: undefined };

/** Trouble by pod name, of every pod that was seen. */
export function podTroubles(timeline: Timeline): ReadonlyMap<string, PodTroubles> {
  const byUid = new Map<string, PodRecord[]>();
  for (const record of recordsOf(timeline, 'pod')) {
    const records = byUid.get(record.uid);
    if (records === undefined) byUid.set(record.uid, [record]);
    else records.push(record);
  }
  return new Map(
    [...byUid.values()].map((records) => [records[0]?.name ?? '', troublesOf(records)]),
  );
}

/** The troubles of a pod by its name; none of a pod that was not seen. */
export function troublesNamed(all: ReadonlyMap<string, PodTroubles>, name: string): PodTroubles {
  return all.get(name) ?? NONE;
}

function troublesOf(records: readonly PodRecord[]): PodTroubles {
  const waiting = records.filter(isUnschedulable);
  const fromT = waiting[0]?.t;
  const lastT = waiting.at(-1)?.t ?? 0;
  const after = records.find(({ t }) => t > lastT)?.t ?? Infinity;
  return {
    limits: records.at(-1)?.limits ?? {},
    oomKillTs: oomKills(records),
    unschedulable: fromT === undefined ? undefined : { fromT, toT: after },
  };
}

function isUnschedulable({ conditions }: PodRecord): boolean {
  return conditions.some(
    ({ type, status, reason }) =>
      type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
  );
}

const OOM = 'OOMKilled';

/**
 * A kill shows as the state of a dead container, or after its restart as its last state. One that is
 * shown both ways is one: what the last state says counts only where a restart came without it.
 */
function oomKills(records: readonly PodRecord[]): readonly number[] {
  const ts: number[] = [];
  let isShown = false;
  let restarts = 0;
  for (const [index, record] of records.entries()) {
    const hasRestarted = index > 0 && record.restarts > restarts;
    if (record.reason === OOM) {
      if (!isShown) ts.push(record.t);
      isShown = true;
    } else if (hasRestarted) {
      if (!isShown && record.reason === `last: ${OOM}`) ts.push(record.t);
      isShown = false;
    }
    restarts = record.restarts;
  }
  return ts;
}
