/** The linked plots: one figure each, with words for who cannot see it and a table behind it. */
import type { Analysis } from '../../analysis/analyze.js';
import { valueOf } from '../../analysis/measure.js';
import type { Span } from '../../analysis/run-facts.js';
import { formatDurationMs } from '../../core/duration.js';
import type { Timeline } from '../../timeline/record.js';
import { resample } from '../../timeline/series.js';
import { ABSENT, clockText } from '../format.js';
import { html, type Markup } from './markup.js';
import { plotData, type PlotData } from './plot-data.js';
import { plotValueText } from './plot-text.js';
import { prometheusPlots } from './prometheus-plots.js';
import { plannedProfile, runPlots, type RunPlot, type RunPlotLine } from './run-plots.js';
import { closed, tableMarkup } from './tables.js';

/** A stretch of time with a name; ms since the axis' origin. */
interface AxisBand {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the script draws; instants are ms since the axis' origin. */
export interface PlotsData {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stages: readonly AxisBand[];
  readonly gaps: readonly AxisBand[];
  readonly plots: readonly PlotData[];
}

/** The plots of a run, and what the script needs to draw them. */
export interface PlotSection {
  readonly markup: Markup;
  readonly data: PlotsData;
}

/** The time axis of all pictures: from the beginning of the run to its tear-down, 0 at the first request. */
export interface PageAxis extends Span {
  readonly originT: number;
}

/** See {@link PageAxis}. */
export function pageAxis({ observed, loadStartT }: Analysis): PageAxis {
  return { ...observed, originT: valueOf(loadStartT) ?? observed.fromT };
}

const TABLE_ROWS = 60;
/** Rows of a table are whole multiples of one of these, so that times in it are round. */
const ROUND_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600].map((s) => s * 1_000);

/** The section of the plots. */
export function plotSection(timeline: Timeline, analysis: Analysis): PlotSection {
  const axis = pageAxis(analysis);
  const plots = [...runPlots(timeline, analysis), ...prometheusPlots(analysis)];
  const stages = stageBands(timeline, analysis);
  const gaps = analysis.gaps.map(({ source, fromT, t }) => ({
    name: source,
    fromMs: Math.round(fromT - axis.originT),
    toMs: Math.round(t - axis.originT),
  }));
  const drawn = plots.map((plot) => ({
    plot,
    data: plot.absentBecause === undefined ? plotData(plot, axis, axis.originT) : undefined,
  }));
  return {
    markup: html`${toolbar(stages)}${drawn.map(({ plot, data }) => figure(plot, axis, data))}`,
    data: {
      fromMs: Math.round(axis.fromT - axis.originT),
      toMs: Math.round(axis.toT - axis.originT),
      stages,
      gaps,
      plots: drawn.flatMap(({ data }) => (data === undefined ? [] : [data])),
    },
  };
}

/** The planned stages that the run came to, ms since the axis' origin. */
function stageBands(timeline: Timeline, analysis: Analysis): readonly AxisBand[] {
  const startT = valueOf(analysis.loadStartT);
  if (startT === undefined) return [];
  const endMs = analysis.observed.toT - startT;
  return (plannedProfile(timeline)?.stages ?? [])
    .map(({ stage, startMs, endMs: toMs }) => ({
      name: stage.name,
      fromMs: startMs,
      toMs: Math.min(toMs, endMs),
    }))
    .filter(({ fromMs, toMs }) => toMs > fromMs);
}

function toolbar(stages: readonly AxisBand[]): Markup {
  const options = stages.map(
    ({ name, fromMs, toMs }, index) =>
      html`<option value="${index}">${name} (${clockText(fromMs)} to ${clockText(toMs)})</option>`,
  );
  return html`<div class="toolbar needs-script" role="toolbar" aria-label="Part of time shown in all plots">
<button type="button" data-zoom="in" title="Zoom in">Zoom in</button>
<button type="button" data-zoom="out" title="Zoom out">Zoom out</button>
<button type="button" data-zoom="earlier" aria-label="Earlier">←</button>
<button type="button" data-zoom="later" aria-label="Later">→</button>
<button type="button" data-zoom="whole">Whole run</button>
<label>Show <select data-zoom="stage"><option value="">the whole run</option><option value="part" hidden>a part of it</option>${options}</select></label>
<output class="shown-time" aria-live="off"></output>
</div>
<p class="hint needs-script">Drag over a plot to zoom into that time, double-click to see the whole run again. With the keyboard, on a plot: <kbd>←</kbd> <kbd>→</kbd> move the cursor, <kbd>Shift</kbd> with them moves the part shown, <kbd>+</kbd> <kbd>−</kbd> zoom, <kbd>Esc</kbd> shows the whole run.</p>
<noscript><p class="notice">Without scripts the plots stay empty; the tables under them say the same.</p></noscript>
<p class="for-readers" id="cursor-text" aria-live="polite"></p>\n`;
}

function figure(plot: RunPlot, axis: PageAxis, data: PlotData | undefined): Markup {
  const { id, title, about, absentBecause } = plot;
  const heading = html`<h3 id="${id}-title">${title}</h3>`;
  if (absentBecause !== undefined) {
    return html`<figure class="plot" id="${id}">${heading}<p class="absent">Not known: ${absentBecause}.</p></figure>\n`;
  }
  const legend = plot.lines.map((line, index) => legendItem(plot, line, index));
  return html`<figure class="plot" id="${id}" aria-labelledby="${id}-title" aria-describedby="${id}-about">
<div class="plot-heading">${heading}<ul class="legend" aria-label="Lines of ${title}">${legend}</ul></div>
<div class="canvas needs-script" data-plot="${id}" tabindex="0" role="group" aria-roledescription="plot" aria-label="${title}. ${inWords(plot, axis)}"></div>
<figcaption id="${id}-about">${about}${thinnedText(data)}</figcaption>
${closed(`Table behind “${title}”`, behind(plot, axis))}</figure>\n`;
}

function thinnedText(data: PlotData | undefined): string {
  if (data?.thinnedToMs === undefined) return '';
  return ` Drawn from the lowest and the highest value of every ${formatDurationMs(data.thinnedToMs)}.`;
}

function legendItem(
  plot: RunPlot,
  { name, color, style, series }: RunPlotLine,
  index: number,
): Markup {
  return html`<li><span class="swatch drawn-${style} ${color}" aria-hidden="true"></span>${name} <span class="value" data-value="${plot.id}:${index}">${rangeText(plot, series)}</span></li>`;
}

function rangeText(plot: RunPlot, series: RunPlotLine['series']): string {
  let [low, high] = [Infinity, -Infinity];
  for (const { value } of series) {
    if (value === undefined) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return ABSENT;
  const [from, to] = [plotValueText(low, plot), plotValueText(high, plot)];
  return from === to ? to : `${from} to ${to}`;
}

function inWords(plot: RunPlot, axis: PageAxis): string {
  const lines = plot.lines.map(({ name, series }) => `${name}: ${rangeText(plot, series)}`);
  return `From ${clockText(axis.fromT - axis.originT)} to ${clockText(axis.toT - axis.originT)}: ${lines.join('; ')}.`;
}

const RULE_WORDS = { last: 'at its end', max: 'highest', mean: 'mean' } as const;

function behind(plot: RunPlot, axis: PageAxis): Markup {
  const widthMs = rowWidthMs(axis);
  // Rows begin at round times of the axis.
  const fromT = axis.originT + Math.floor((axis.fromT - axis.originT) / widthMs) * widthMs;
  const count = Math.max(1, Math.ceil((axis.toT - fromT) / widthMs));
  const columns = plot.lines.map(({ series, rule }) =>
    resample(series, { fromT, toT: fromT + count * widthMs, count, rule }),
  );
  return tableMarkup({
    caption: `${plot.title}: each row ${formatDurationMs(widthMs)}, from the time it begins with`,
    headings: [
      { title: 'time', align: 'right' },
      ...plot.lines.map(
        ({ name, rule }) => ({ title: `${name} (${RULE_WORDS[rule]})`, align: 'right' }) as const,
      ),
    ],
    rows: Array.from({ length: count }, (_, row) => [
      clockText(fromT + row * widthMs - axis.originT),
      ...columns.map((values) => {
        const value = values[row];
        return value === undefined ? ABSENT : plotValueText(value, plot);
      }),
    ]),
  });
}

function rowWidthMs({ fromT, toT }: Span): number {
  const least = (toT - fromT) / TABLE_ROWS;
  const hour = 3_600_000;
  return ROUND_MS.find((ms) => ms >= least) ?? Math.ceil(least / hour) * hour;
}
