/** How steadily the HPA steered, and how well supply followed demand. */
import type { Analysis } from '../../analysis/analyze.js';
import type { Elasticity, Provisioning } from '../../analysis/elasticity.js';
import type { LimitedTimes, Stability } from '../../analysis/stability.js';
import { formatDurationMs } from '../../core/duration.js';
import { measureText, numberText, percentText, plural } from '../format.js';
import { labelledLines } from './labelled-lines.js';

/** The section; what is not known is left to the list of that. */
export function steeringLines(
  { stability, elasticity }: Analysis,
  columns: number,
): readonly string[] {
  if (stability.rescales === 0 && elasticity.kind !== 'measured') return [];
  return [
    'How the HPA steered',
    ...labelledLines(
      [
        { label: 'Direction', texts: [directionText(stability)] },
        { label: 'Overshoot', texts: overshootTexts(stability) },
        { label: 'Settling', texts: settlingTexts(stability) },
        { label: 'Held back', texts: heldTexts(stability.limited) },
        {
          label: 'Elasticity',
          texts: elasticity.kind === 'measured' ? elasticityTexts(elasticity.value) : [],
        },
      ],
      columns,
    ),
  ];
}

function directionText(of: Stability): string {
  const { rescales, scaleUps, scaleDowns, directionChanges, byOthers, thrashPerHour } = of;
  const perHour = measureText(thrashPerHour, (value) => ` (${numberText(value, 1)} an hour)`);
  const others = byOthers === 0 ? '' : `; ${plural(byOthers, 'rescale')} by others`;
  return `${plural(rescales, 'rescale')}, ${scaleUps} up and ${scaleDowns} down; ${plural(directionChanges, 'change')} of direction${perHour === '-' ? '' : perHour}${others}`;
}

function overshootTexts({ overshoot }: Stability): readonly string[] {
  if (overshoot.kind !== 'measured') return [];
  const { replicas, peak, needed, against, change } = overshoot.value;
  if (replicas === 0) return ['none'];
  const by = against === 'demand' ? 'by the demand curve' : 'where it settled';
  return [
    `${plural(replicas, 'pod')} at most: ${peak} asked for, ${needed} needed ${by}, at ${numberText(change.toPerSecond, 1)}/s (${change.stage})`,
  ];
}

function settlingTexts({ settlingTime, settlings }: Stability): readonly string[] {
  const { n, seen, p50Ms, maxMs } = settlingTime;
  if (n === 0) return [];
  const first = settlings.find(({ settlingMs }) => settlingMs.kind !== 'measured')?.settlingMs;
  const open = n - seen;
  const vain =
    open === 0 || first === undefined || first.kind === 'measured'
      ? ''
      : `; ${open} of ${plural(n, 'load change')} had none: ${first.because}`;
  if (seen === 0) return [`not reached: ${vain.replace(/^; /, '')}`];
  return [
    `last rescale ${measureText(p50Ms, formatDurationMs)} after the load change (median of ${n}), at most ${measureText(maxMs, formatDurationMs)}${vain}`,
  ];
}

function heldTexts({ from, policyMs, stabilizationMs, toleranceMs, maxMs }: LimitedTimes) {
  if (from.kind !== 'measured') return [];
  const parts = [
    ['by scaling policies', policyMs],
    ['by stabilization', stabilizationMs],
    ['by the tolerance', toleranceMs],
    ['at maxReplicas while it wanted more', maxMs],
  ] as const;
  const texts = parts.flatMap(([by, time]) =>
    time.kind === 'measured' && time.value > 0 ? [`${formatDurationMs(time.value)} ${by}`] : [],
  );
  return [texts.length === 0 ? 'at no time' : texts.join(', ')];
}

function elasticityTexts(of: Elasticity): readonly string[] {
  const { under, over, instability, speedup, baseline, isDemandMeasured } = of;
  return [
    `${sideText('too few pods', under)}; ${sideText('too many', over)}; unsteady against the demand for ${percentText(instability)} of the time`,
    ...(speedup.kind === 'measured'
      ? [
          `elastic speedup ${numberText(speedup.value, 2)} against ${plural(baseline.replicas, 'pod')} all the time (above 1: the HPA did better)`,
        ]
      : []),
    ...(isDemandMeasured ? [] : ['part of the demand curve was modelled or is a lower bound']),
  ];
}

function sideText(name: string, { pods, timeshare }: Provisioning): string {
  return `${name} for ${percentText(timeshare)} of the time, by ${numberText(pods, 2)} pods on average`;
}
