/** When the planned load changes, and the stretches between. */
import { stagePieces } from '../load/profile.js';
import type { ProfileSpec, StageSpec } from '../load/profile-spec.js';

/** A stretch in which the rate is one, or goes straight from one to another. */
export interface LoadPiece {
  /** The stage's name, with the part where a stage has several: `surge (peak)`, `stairs (2 of 3)`. */
  readonly name: string;
  readonly stage: string;
  /** Milliseconds since the load began. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** The pieces of a profile, one after the other without a gap. */
export function loadPieces(profile: ProfileSpec): readonly LoadPiece[] {
  const pieces: LoadPiece[] = [];
  let fromMs = 0;
  for (const stage of profile.stages) {
    for (const part of partsOf(stage)) {
      const toMs = fromMs + part.lengthMs;
      if (part.lengthMs > 0) {
        pieces.push({
          name: part.label === '' ? stage.name : `${stage.name} (${part.label})`,
          stage: stage.name,
          fromMs,
          toMs,
          fromPerSecond: part.from,
          toPerSecond: part.to,
        });
      }
      fromMs = toMs;
    }
  }
  return pieces;
}

interface StagePart {
  readonly label: string;
  readonly lengthMs: number;
  readonly from: number;
  readonly to: number;
}

function partsOf(stage: StageSpec): readonly StagePart[] {
  const { durationMs } = stage;
  if (stage.kind === 'constant') {
    return [{ label: '', lengthMs: durationMs, ...level(stage.ratePerSecond) }];
  }
  if (stage.kind === 'ramp') {
    const { fromPerSecond: from, toPerSecond: to } = stage;
    return [{ label: '', lengthMs: durationMs, from, to }];
  }
  if (stage.kind === 'spike') {
    const restMs = durationMs - stage.atMs - stage.lengthMs;
    return [
      { label: 'before', lengthMs: stage.atMs, ...level(stage.basePerSecond) },
      { label: 'peak', lengthMs: stage.lengthMs, ...level(stage.peakPerSecond) },
      { label: 'after', lengthMs: restMs, ...level(stage.basePerSecond) },
    ];
  }
  return stagePieces(stage).map(({ lengthMs, fromPerSecond, toPerSecond }, index, { length }) => ({
    label: `${index + 1} of ${length}`,
    lengthMs,
    from: fromPerSecond,
    to: toPerSecond,
  }));
}

function level(rate: number): { readonly from: number; readonly to: number } {
  return { from: rate, to: rate };
}

/** The rate rises or falls. */
export interface LoadChange {
  /** When it begins, ms since the run began. */
  readonly t: number;
  readonly direction: 'up' | 'down';
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  /** 0 for a jump, the length of a ramp. */
  readonly overMs: number;
  /** Name of the stage that begins with it; of a measured change `measured rate`. */
  readonly stage: string;
  /** `plan`: the profile says so; `measured`: found from the arrivals of each second, to the second. */
  readonly origin: 'plan' | 'measured';
}

/**
 * The changes of a planned load in order of time. The beginning of the load is one (from 0); its end is
 * one too (to 0).
 *
 * @param loadStartT - when the load begins, ms since the run began.
 */
export function loadChanges(
  pieces: readonly LoadPiece[],
  loadStartT: number,
): readonly LoadChange[] {
  const changes: LoadChange[] = [];
  let rate = 0;
  const add = (piece: LoadPiece, toPerSecond: number, atMs: number): void => {
    if (toPerSecond === rate) return;
    changes.push({
      t: loadStartT + atMs,
      direction: toPerSecond > rate ? 'up' : 'down',
      fromPerSecond: rate,
      toPerSecond,
      overMs: piece.fromPerSecond === piece.toPerSecond ? 0 : piece.toMs - piece.fromMs,
      stage: piece.stage,
      origin: 'plan',
    });
    rate = toPerSecond;
  };
  for (const piece of pieces) {
    const isRampFromHere = piece.fromPerSecond === rate;
    if (!isRampFromHere)
      add({ ...piece, toPerSecond: piece.fromPerSecond }, piece.fromPerSecond, piece.fromMs);
    add(piece, piece.toPerSecond, piece.fromMs);
  }
  const last = pieces.at(-1);
  if (last !== undefined) {
    add({ ...last, fromPerSecond: 0, toPerSecond: 0 }, 0, last.toMs);
  }
  return changes;
}
