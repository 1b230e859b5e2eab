/** How far to believe a report: what was real, modelled, missing, and where it ran. */
import type { Analysis } from '../../analysis/analyze.js';
import { formatDurationMs } from '../../core/duration.js';
import type { Timeline } from '../../timeline/record.js';
import { clockText, numberText } from '../format.js';
import { provenance } from '../provenance.js';
import { html, type Content, type Markup } from './markup.js';
import { senderMarkup } from './sender-section.js';
import { closed, tableMarkup } from './tables.js';

/** The section's body. `originT`: what clock times count from, ms since the run began. */
export function beliefMarkup(timeline: Timeline, analysis: Analysis, originT: number): Markup {
  const { real, modelled, missing } = provenance(timeline, analysis);
  return html`<div class="beliefs">${[
    list('Real', real),
    list('Modelled', modelled),
    list('Missing', missing),
    list('Noted', analysis.notes),
  ]}</div>
${senderMarkup(analysis.generator)}${gapTable(analysis.gaps, originT)}${closed('Environment', environmentTable(timeline))}${closed(
  'The experiment as it was run',
  html`<pre tabindex="0">${JSON.stringify(timeline.header.experiment, null, 2)}</pre>`,
)}${closed(
  'The manifests that matter',
  html`<pre tabindex="0">${JSON.stringify(timeline.header.manifests, null, 2)}</pre>`,
)}`;
}

function list(title: string, texts: readonly string[]): Content {
  if (texts.length === 0) return undefined;
  return html`<div><h3>${title}</h3><ul>${texts.map((text) => html`<li>${text}</li>`)}</ul></div>\n`;
}

function gapTable(gaps: Analysis['gaps'], originT: number): Content {
  if (gaps.length === 0) return undefined;
  return tableMarkup({
    caption: 'Gaps in the observation; nothing is interpolated over them',
    headings: [
      { title: 'not observed', align: 'left' },
      { title: 'from', align: 'right' },
      { title: 'for', align: 'right' },
      { title: 'because', align: 'left' },
    ],
    rows: gaps.map(({ source, fromT, t, because }) => [
      source,
      clockText(fromT - originT),
      formatDurationMs(t - fromT),
      because,
    ]),
  });
}

function environmentTable({ header: { environment, runId, startedAt } }: Timeline): Markup {
  const { embedded } = environment;
  const rows: readonly (readonly [string, Content])[] = [
    ['run', runId],
    ['began', startedAt],
    ['hpa-lab', environment.labVersion],
    ['Node', environment.nodeVersion],
    ['platform', environment.platform],
    ['cores', environment.cores],
    ['memory', `${numberText(environment.memoryBytes / 1024 ** 3, 1)} GiB`],
    ['cluster', environment.target],
    ['clock', environment.clock],
    ...(environment.gitRevision === undefined
      ? []
      : [['git revision', environment.gitRevision] as const]),
    ...Object.entries(embedded ?? {}).map(([name, value]) => [name, String(value)] as const),
  ];
  return tableMarkup({
    caption: 'Where the run took place',
    headings: [
      { title: 'fact', align: 'left' },
      { title: 'value', align: 'left' },
    ],
    rows,
    isCaptionHidden: true,
  });
}
