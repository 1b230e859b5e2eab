/** The plots of a load that was sent on its own: its rate and its response times. */
import { sumOf, type LoadFigures, type SecondFigures } from '../analysis/load-figures.js';
import { profileOf } from '../load/profile.js';
import type { LoadPlan } from '../load/sender.js';
import type { StepSeries } from '../timeline/series.js';
import { AXIS_COLUMNS, LABEL_COLUMNS, ratePlot, responseTimePlot } from './request-plots.js';
import { axisLines, columnOf, stretchLines } from './time-axis.js';

const SECOND_MS = 1_000;
/** A shorter part of a second tells no rate: a single arrival would make it a peak. */
const MIN_PART_MS = 250;

/** Rate and response times over the seconds of a load, one under the other. */
export function loadPlots(
  { perSecond, sentMs }: LoadFigures,
  { load }: LoadPlan,
  columns: number,
): readonly string[] {
  const toT = sentMs;
  const axis = { fromT: 0, toT, originT: 0, columns: columns - LABEL_COLUMNS - AXIS_COLUMNS };
  const stages =
    load.model === 'closed'
      ? []
      : profileOf(load.profile).stages.map(({ stage, startMs }) => {
          return { name: stage.name, fromT: startMs };
        });
  const marks = stages
    .slice(1)
    .map(({ fromT }) => columnOf(axis, fromT))
    .filter((column) => column !== undefined);
  const draw = { axis, marks };
  const series = (count: (second: SecondFigures) => number): StepSeries =>
    perSecond.flatMap((each) => {
      const t = each.second.second * SECOND_MS;
      const lengthMs = Math.min(SECOND_MS, sentMs - t);
      return lengthMs < MIN_PART_MS ? [] : [{ t, value: (count(each) * SECOND_MS) / lengthMs }];
    });
  return [
    ...(stages.length < 2 ? [] : stretchLines(axis, stages, LABEL_COLUMNS)),
    ...ratePlot({ due: series(({ second }) => second.due), answered: series(answeredOf) }, draw),
    '',
    ...responseTimePlot(
      perSecond.map(({ second }) => ({ ...second, t: second.second * SECOND_MS })),
      draw,
    ),
    ...axisLines(axis, LABEL_COLUMNS),
  ];
}

function answeredOf({ second }: SecondFigures): number {
  return sumOf(second.answered) - (second.answered['5xx'] ?? 0);
}
