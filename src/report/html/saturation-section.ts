/** How close pods came to what they asked for and to what they were allowed. */
import type { Analysis } from '../../analysis/analyze.js';
import type { Measure } from '../../analysis/measure.js';
import type { SaturationFigures } from '../../analysis/saturation.js';
import type { Spread } from '../../analysis/spread.js';
import { measureText, numberText, percentText } from '../format.js';
import { factTable, figureHeadings, measureMarkup, notKnown } from './figures.js';
import { html, type Content, type Markup } from './markup.js';
import { closed, tableMarkup } from './tables.js';

/** The section's body. */
export function saturationMarkup({ saturation }: Analysis): Markup {
  const { source, pods } = saturation;
  if (source.kind !== 'measured') return notKnown(source);
  const from =
    source.value === 'kernel'
      ? "Use is from the kernel's counters."
      : 'Use is from the metrics API: means over its window, which hide peaks.';
  const all = tableMarkup({
    caption: 'Use of all pods, weighted by time',
    headings: figureHeadings('use', 'mean', 'p95', 'highest'),
    rows: [
      ['CPU of the requests', ...spreadCells(saturation.cpuOfRequest)],
      ['CPU of the limits', ...spreadCells(saturation.cpuOfLimit)],
      ['memory of the limits', ...spreadCells(saturation.memoryOfLimit)],
    ],
  });
  const each = tableMarkup({
    caption: 'Each pod: mean / highest',
    headings: figureHeadings(
      'pod',
      'CPU of request',
      'CPU of limit',
      'stopped at the limit',
      'memory of limit',
      'OOM kills',
      'restarts',
    ),
    rows: pods.map((pod) => [
      pod.pod,
      spreadText(pod.cpuOfRequest),
      spreadText(pod.cpuOfLimit),
      measureText(pod.throttledShare, percentText),
      spreadText(pod.memoryOfLimit),
      pod.oomKills,
      pod.restarts,
    ]),
  });
  return html`<p>${from}</p>
${all}${troubleTable(saturation)}${pods.length === 0 ? '' : closed('Each pod', each)}`;
}

function troubleTable({ throttledShare, oomKills, restarts }: SaturationFigures): Markup {
  return factTable('Troubles', [
    ['stopped at the CPU limit, of the time', measureMarkup(throttledShare, percentText)],
    ['containers killed for want of memory', numberText(oomKills)],
    ['container restarts', numberText(restarts)],
  ]);
}

function spreadCells(spread: Measure<Spread>): readonly Content[] {
  if (spread.kind !== 'measured') return [measureMarkup(spread, () => undefined), '', ''];
  const { mean, p95, max } = spread.value;
  return [mean, p95, max].map(percentText);
}

function spreadText(spread: Measure<Spread>): string {
  return measureText(spread, ({ mean, max }) => `${percentText(mean)} / ${percentText(max)}`);
}
