/** What the HPA decided: a list to read, and marks on the plot of the pods that lead to it. */
import type { Analysis } from '../../analysis/analyze.js';
import type { ExplainedDecision } from '../../analysis/hpa-decisions.js';
import { clockText, plural } from '../format.js';
import { toldDecisions, type DecisionStretch } from '../hpa-decisions.js';
import { html, type Markup } from './markup.js';

/** A mark on the plot of the pods. */
export interface DecisionMark {
  /** Of the list item that explains it; decisions in a row that say the same share one. */
  readonly id: string;
  /** ms since the axis' origin. */
  readonly ms: number;
  readonly kind: 'up' | 'down' | 'held' | 'failed';
  /** What it says when it has the focus: `1:15, 3 to 7`. */
  readonly label: string;
}

/** The list, and the marks that lead to its items. */
export interface DecisionSection {
  readonly markup: Markup;
  readonly marks: readonly DecisionMark[];
}

/** The section. `originT`: what clock times count from, ms since the run began. */
export function decisionSection({ hpaDecisions }: Analysis, originT: number): DecisionSection {
  if (hpaDecisions.kind !== 'measured') {
    const markup = html`<p class="absent">Not known: ${hpaDecisions.because}.</p>\n`;
    return { markup, marks: [] };
  }
  const told = toldDecisions(hpaDecisions.value, originT);
  const all = hpaDecisions.value.length;
  const items = told.stretches.map((stretch, index) => item(stretch, index));
  const quiet =
    told.quiet === 0
      ? ''
      : ` Not listed: ${plural(told.quiet, 'time')} when nothing was to change and nothing was held back.`;
  const note = told.note === undefined ? '' : html`<p>${told.note}</p>\n`;
  return {
    markup: html`<p>The HPA looked ${plural(all, 'time')}.${quiet} Open one to see it step by step; each is also told by <code>npm run explain</code>.</p>
${note}<ol class="decisions">${items}</ol>\n`,
    marks: told.stretches.flatMap(({ first, instants, size }, index) =>
      instants.map((t) => ({
        id: idOf(index),
        ms: Math.round(t - originT),
        kind: kindOf(first),
        label: `${clockText(t - originT)}: ${size}`,
      })),
    ),
  };
}

function idOf(index: number): string {
  return `decision-${index + 1}`;
}

function kindOf({ kind, from, to }: ExplainedDecision): DecisionMark['kind'] {
  if (kind === 'cannot-decide') return 'failed';
  if (kind === 'hold') return 'held';
  return (to ?? 0) > (from ?? 0) ? 'up' : 'down';
}

function item({ first, at, size, because }: DecisionStretch, index: number): Markup {
  return html`<li id="${idOf(index)}" class="decision ${kindOf(first)}"><details><summary><span class="at">${at}</span> <strong>${size}</strong> <span class="because">${because}</span></summary>
<pre tabindex="0">${first.words.join('\n')}</pre></details></li>\n`;
}
