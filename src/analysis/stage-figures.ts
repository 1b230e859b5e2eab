/** The load by stage of its plan. */
import type { LoadRecord } from '../timeline/record.js';
import type { LoadPiece } from './load-changes.js';
import { mapMeasure, measured, type Measure } from './measure.js';
import { loadStretch, secondsWithin, type LoadStretch } from './requests.js';
import { sloFigures, type SloFigures } from './slo-figures.js';
import type { SloSecond } from './slo.js';
import type { SloSettings } from '../experiment/experiment.js';

/** One stage of the load, from its first to its last second. */
export interface StageFigures {
  /** The stage's name in the experiment. */
  readonly name: string;
  readonly load: LoadStretch;
  readonly slo: Measure<SloFigures>;
}

/** The SLO with every second held against it. */
export interface HeldSlo {
  readonly settings: SloSettings;
  readonly bySecond: readonly SloSecond[];
}

/** The stages that the run came to, in order. */
export function stageFigures(
  seconds: readonly LoadRecord[],
  plan: { readonly pieces: readonly LoadPiece[]; readonly loadStartT: number },
  slo: Measure<HeldSlo>,
): readonly StageFigures[] {
  const names = [...new Set(plan.pieces.map(({ stage }) => stage))];
  return names.flatMap((name) => {
    const pieces = plan.pieces.filter(({ stage }) => stage === name);
    const fromMs = pieces[0]?.fromMs ?? 0;
    const toMs = pieces.at(-1)?.toMs ?? fromMs;
    const span = {
      fromT: roundedT(plan.loadStartT + fromMs),
      toT: roundedT(plan.loadStartT + toMs),
    };
    const within = secondsWithin(seconds, span);
    if (within.length === 0) return [];
    const planned = pieces.reduce(
      (sum, each) =>
        sum + ((each.fromPerSecond + each.toPerSecond) / 2) * (each.toMs - each.fromMs),
      0,
    );
    const plannedPerSecond = measured(planned / (toMs - fromMs));
    return [
      {
        name,
        load: loadStretch(within, { name, span, plannedPerSecond }),
        slo: mapMeasure(slo, ({ settings, bySecond }) =>
          sloFigures(secondsWithin(bySecond, span), settings),
        ),
      },
    ];
  });
}

/** Instants are recorded to the microsecond. */
function roundedT(t: number): number {
  return Math.round(t * 1_000) / 1_000;
}
