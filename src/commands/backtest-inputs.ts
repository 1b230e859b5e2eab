/** What a backtest decides again. */
import { statSync } from 'node:fs';
import type { HpaSync } from '../analysis/hpa-sync.js';
import { originMs } from '../analysis/hpa-syncs.js';
import type { RecordedSync } from '../autoscaling/hpa/backtest.js';
import type { HpaSettings } from '../autoscaling/hpa/settings.js';
import { LabError } from '../core/errors.js';
import { readTimeline } from '../run/read-timeline.js';
import { syncsOf } from './recorded-syncs.js';

/** A sync with what was wanted then. */
export interface InputSync extends RecordedSync {
  /** Undefined when that is not on record. */
  readonly thenReplicas: number | undefined;
}

/** Syncs to decide again, and how. */
export interface BacktestInputs {
  readonly syncs: readonly InputSync[];
  readonly settings: HpaSettings;
  /** What times count from, ms since the epoch. */
  readonly startMs: number;
  /** Whose decision stands beside; undefined: none is on record. */
  readonly thenTitle: string | undefined;
  /** What a reader must know, in sentences without their stop. */
  readonly notes: readonly string[];
}

/** Whether a path is that of a result folder. @throws {LabError} `USAGE` when there is nothing. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('USAGE', `cannot read ${path}: ${reason}`, {
      hint: 'name a result folder (results/<experiment>/<run>) or a recording (.csv, .json)',
      cause: error,
    });
  }
}

/** The syncs of a run. @throws {LabError} `RESULT_INVALID` when it has none that can be read. */
export function folderInputs(folder: string): BacktestInputs {
  const { timeline } = readTimeline(folder);
  const { syncs, settings, notes } = syncsOf(timeline, folder);
  const isReal = syncs.some(({ real }) => real !== undefined);
  return {
    syncs: syncs.map((of) => ({
      atMs: of.decision.atMs,
      sync: of.sync,
      thenReplicas: wantedThen(of),
    })),
    settings,
    startMs: originMs(timeline),
    thenTitle: isReal ? 'wanted by the real HPA' : 'decided then',
    notes,
  };
}

/** The real HPA's word counts where there is one. */
function wantedThen({ decision, real }: HpaSync): number | undefined {
  return real === undefined ? decision.toReplicas : real.desiredReplicas;
}
