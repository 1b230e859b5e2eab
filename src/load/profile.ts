/** A traffic profile: its rate at an instant, and when each of its arrivals is due. */
import type { ProfileSpec, StageSpec } from './profile-spec.js';
import { type Sequence, sequence } from './sequence.js';
import type { RatePiece, Shape } from './shape.js';
import { constant } from './stages/constant.js';
import { ramp } from './stages/ramp.js';
import { randomWalk } from './stages/random-walk.js';
import { replay } from './stages/replay.js';
import { sawtooth } from './stages/sawtooth.js';
import { sine } from './stages/sine.js';
import { spike } from './stages/spike.js';
import { square } from './stages/square.js';
import { lengthFaults, type StageKind } from './stages/stage-kind.js';
import { step } from './stages/step.js';

/** A stage and where it lies in its profile. */
export interface StagePlace {
  readonly stage: StageSpec;
  /** ms since the profile began. */
  readonly startMs: number;
  readonly endMs: number;
  /** The highest rate in it. */
  readonly peakPerSecond: number;
}

/** The whole traffic of an experiment as a shape, with its stages. */
export interface Profile extends Shape {
  readonly stages: readonly StagePlace[];
  /** The stage an instant is in; from the end of the profile on the last one. */
  stageAt(elapsedMs: number): StagePlace;
}

type StageKinds = { readonly [K in StageSpec['kind']]: StageKind<K> };

const STAGE_KINDS: StageKinds = {
  constant,
  ramp,
  step,
  spike,
  sine,
  square,
  sawtooth,
  'random-walk': randomWalk,
  replay,
};

interface StageShape extends Shape {
  readonly place: StagePlace;
}

/**
 * The profile that a specification describes.
 *
 * @param spec - without faults, see {@link validateProfile}.
 */
export function profileOf(spec: ProfileSpec): Profile {
  let startMs = 0;
  const shapes = spec.stages.map((stage): StageShape => {
    const endMs = startMs + stage.durationMs;
    const shape = shapeOf(stage);
    const place = { stage, startMs, endMs, peakPerSecond: shape.peakPerSecond };
    startMs = endMs;
    return { ...shape, place };
  });
  const whole: Sequence<StageShape> = sequence(shapes);
  return {
    ...whole,
    stages: shapes.map(({ place }) => place),
    stageAt: (elapsedMs) => whole.partAt(elapsedMs).shape.place,
  };
}

/**
 * Every fault of a specification with its place, such as
 * `stages[2].durationMs: expected a number of milliseconds above 0, got -5`; empty when there is none.
 */
export function validateProfile(spec: ProfileSpec): readonly string[] {
  if (spec.stages.length === 0) return ['stages: expected at least one stage, got none'];
  const names = spec.stages.map(({ name }) => name);
  return spec.stages.flatMap((stage, index) =>
    [
      ...lengthFaults('durationMs', stage.durationMs),
      ...faultsOf(stage),
      ...(names.indexOf(stage.name) < index
        ? [`name: expected a name of its own, got "${stage.name}" again`]
        : []),
    ].map((fault) => `stages[${index}].${fault}`),
  );
}

/** The rises, falls and levels of one stage without faults, in their order, without a gap. */
export function stagePieces(stage: StageSpec): readonly RatePiece[] {
  return shapeOf(stage).pieces;
}

function shapeOf(stage: StageSpec): Shape {
  return kindOf(stage).shape(stage);
}

function faultsOf(stage: StageSpec): readonly string[] {
  return kindOf(stage).faults(stage);
}

/** The kind's record, typed for any stage: it is looked up by the stage's own kind. */
function kindOf(stage: StageSpec): Pick<StageKind<StageSpec['kind']>, 'shape' | 'faults'> {
  return STAGE_KINDS[stage.kind];
}
