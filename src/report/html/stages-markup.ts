/**
 * Stages one after the other: a picture that is a table too. Roles are said in full because a narrow page
 * lays its rows out as a grid, and browsers take that for no table.
 */
import { valueOf } from '../../analysis/measure.js';
import type { Stage } from '../../analysis/stages.js';
import { formatDurationMs } from '../../core/duration.js';
import { ABSENT } from '../format.js';
import { bar } from './bar-scale.js';
import { html, type Markup } from './markup.js';

/** How a stage is shown. */
export interface StageLook {
  readonly name: string;
  readonly color: 'stage-metric' | 'stage-hpa' | 'stage-pod' | 'stage-served';
}

/** The stages of one step: how long each took, from when to when, and why. */
export function stagesMarkup<Name extends string>(
  stages: readonly Stage<Name>[],
  lookOf: (name: Name) => StageLook,
  caption: string,
): Markup {
  const endMs = stages.reduce(
    (max, { seen }) => Math.max(max, valueOf(seen)?.sinceChangeMs ?? 0),
    0,
  );
  return html`<div class="scrolling" role="region" aria-label="${caption}" tabindex="0"><table class="stages" role="table"><caption class="for-readers">${caption}</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">stage</th><th scope="col" role="columnheader" class="figure-cell">took</th><th scope="col" role="columnheader">on what</th><th scope="col" role="columnheader" class="figure-cell">since</th></tr></thead>
<tbody role="rowgroup">${stages.map((stage) => row(stage, lookOf(stage.name), endMs))}</tbody></table></div>\n`;
}

function row<Name extends string>({ seen }: Stage<Name>, look: StageLook, endMs: number): Markup {
  const { name, color } = look;
  if (seen.kind !== 'measured') {
    return html`<tr role="row" class="absent"><th scope="row" role="rowheader">${name}</th><td role="cell" class="figure-cell">${ABSENT}</td><td role="cell" class="bar-cell">not seen: ${seen.because}</td><td role="cell" class="figure-cell">${ABSENT}</td></tr>\n`;
  }
  const { lengthMs, sinceChangeMs, evidence, cause } = seen.value;
  const length = lengthMs === undefined ? '-' : formatDurationMs(lengthMs);
  const since = formatDurationMs(sinceChangeMs);
  const part = {
    kind: color,
    from: sinceChangeMs - (lengthMs ?? 0),
    to: sinceChangeMs,
    title: `${name}: ${length}`,
  };
  const picture = bar([part], { from: 0, to: endMs }, `${length}, up to ${since}`);
  return html`<tr role="row"><th scope="row" role="rowheader">${name}</th><td role="cell" class="figure-cell">${length}</td><td role="cell" class="bar-cell">${picture}<small>${ended(cause)} Seen: ${ended(evidence)}</small></td><td role="cell" class="figure-cell">${since}</td></tr>\n`;
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
