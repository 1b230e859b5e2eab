/** How steadily the HPA steered, and how closely supply followed demand. */
import type { Analysis } from '../../analysis/analyze.js';
import type { Elasticity, Provisioning } from '../../analysis/elasticity.js';
import type { LoadChange } from '../../analysis/load-changes.js';
import { formatDurationMs } from '../../core/duration.js';
import { clockText, numberText, percentText } from '../format.js';
import { factTable, figureHeadings, measureMarkup } from './figures.js';
import { html, type Content, type Markup } from './markup.js';
import { tableMarkup } from './tables.js';

/** The section's body. `originT`: what clock times count from, ms since the run began. */
export function steeringMarkup(analysis: Analysis, originT: number): Markup {
  return html`${stabilityTable(analysis)}${levelTable(analysis, originT)}
<h3>How closely supply followed demand</h3>
${measureMarkup(analysis.elasticity, elasticityTable)}\n`;
}

function stabilityTable({ stability }: Analysis): Markup {
  const { limited } = stability;
  return factTable('Steadiness since the load began', [
    [
      'changes of size by the HPA',
      `${stability.rescales} (${stability.scaleUps} up, ${stability.scaleDowns} down)`,
    ],
    ...(stability.byOthers === 0
      ? []
      : [['changes of size by someone else', stability.byOthers] as const]),
    ['changes of direction', stability.directionChanges],
    [
      'changes of direction an hour (thrash)',
      measureMarkup(stability.thrashPerHour, (value) => numberText(value, 1)),
    ],
    [
      'largest overshoot',
      measureMarkup(
        stability.overshoot,
        ({ replicas, peak, needed, against }) =>
          `${replicas} pods: ${peak} asked for, ${needed} ${against === 'demand' ? 'by the demand curve' : 'when it had settled'}`,
      ),
    ],
    ['at maxReplicas while asking for more', measureMarkup(limited.maxMs, formatDurationMs)],
    ['held back by scaling policies', measureMarkup(limited.policyMs, formatDurationMs)],
    ['held back by stabilization', measureMarkup(limited.stabilizationMs, formatDurationMs)],
    ['held by the tolerance', measureMarkup(limited.toleranceMs, formatDurationMs)],
  ]);
}

function levelTable({ stability }: Analysis, originT: number): Content {
  if (stability.settlings.length === 0) return undefined;
  const overshoots = new Map(stability.overshoots.map((each) => [each.change.t, each.replicas]));
  return tableMarkup({
    caption: 'After each load change',
    headings: figureHeadings('load change', 'at', 'settled after', 'overshoot, pods'),
    rows: stability.settlings.map(({ change, settlingMs }) => [
      changeText(change),
      clockText(change.t - originT),
      measureMarkup(settlingMs, formatDurationMs),
      overshoots.get(change.t) ?? '-',
    ]),
  });
}

/** `9/s to 45/s`. */
export function changeText({ fromPerSecond, toPerSecond }: LoadChange): string {
  return `${numberText(fromPerSecond, 1)}/s to ${numberText(toPerSecond, 1)}/s`;
}

function elasticityTable(elasticity: Elasticity): Markup {
  const { under, over, baseline, instability, jitterPerHour, speedup } = elasticity;
  const table = tableMarkup({
    caption: `Provisioning against the demand curve${elasticity.isDemandMeasured ? '' : ' (part of the curve was modelled, or is a lower bound)'}; the baseline is the size of the beginning, never changed`,
    headings: figureHeadings('provisioning', 'of the demand', 'pods, mean', 'of the time'),
    rows: [
      ['too little', ...provisioningCells(under)],
      ['too much', ...provisioningCells(over)],
      ['too little, baseline', ...provisioningCells(baseline.under)],
      ['too much, baseline', ...provisioningCells(baseline.over)],
    ],
  });
  return html`${table}${factTable('Elasticity', [
    ['instability: seconds in which supply and demand moved apart', percentText(instability)],
    ['jitter: pods started and stopped more than demanded, an hour', numberText(jitterPerHour, 1)],
    [
      'elastic speedup against the baseline',
      measureMarkup(speedup, (value) => numberText(value, 2)),
    ],
  ])}`;
}

function provisioningCells({ accuracy, pods, timeshare }: Provisioning): readonly Content[] {
  return [percentText(accuracy), numberText(pods, 2), percentText(timeshare)];
}
