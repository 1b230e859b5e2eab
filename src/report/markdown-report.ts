/** A run in Markdown: what a reviewer wants to see in a pull request, on one screen. */
import type { Analysis } from '../analysis/analyze.js';
import { valueOf } from '../analysis/measure.js';
import { experimentOf } from '../analysis/run-facts.js';
import { thresholdVerdicts, type ThresholdVerdict } from '../analysis/threshold-verdicts.js';
import type { Timeline } from '../timeline/record.js';
import { plural } from './format.js';
import { headlineTexts } from './headline.js';
import { verdictSummary, verdictTexts, worstFirst, type VerdictText } from './verdict-text.js';
import { warningTexts } from './warnings.js';

const MAX_VERDICTS = 15;
const MAX_SENTENCES = 4;

const SIGNS: Readonly<Record<VerdictText['kind'], string>> = {
  pass: '✅ holds',
  fail: '❌ failed',
  absent: '❌ absent',
  'not-judged': '⚠️ not judged',
};
/** What matters most first. */
const ORDER: readonly VerdictText['kind'][] = ['fail', 'absent', 'not-judged', 'pass'];

/** The report as GitHub and GitLab render it. Ends with a line end. */
export function markdownReport(timeline: Timeline, analysis: Analysis): string {
  const verdicts = thresholdVerdicts(timeline, analysis);
  const experiment = valueOf(experimentOf(timeline));
  const { header } = timeline;
  const { environment, runId, startedAt } = header;
  const sections: readonly (readonly string[])[] = [
    [`## ${title(experiment?.name ?? 'experiment', verdicts, analysis)}`],
    experiment === undefined ? [] : [plain(experiment.question)],
    warningTexts(analysis).map((text) => `> **${plain(text)}**`),
    verdictTable(verdictTexts(verdicts, analysis)),
    headlineTable(analysis),
    [
      `<sub>Run ${plain(runId)}, begun ${startedAt}, ${environment.target} cluster on ${plain(environment.platform)} with ${plural(environment.cores, 'core')}, hpa-lab ${plain(environment.labVersion)}.</sub>`,
    ],
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function title(name: string, verdicts: readonly ThresholdVerdict[], analysis: Analysis): string {
  const summary = verdictSummary(verdicts);
  const isDoubtful =
    analysis.completeness.kind !== 'completed' || analysis.generator.kind === 'saturated';
  const kinds = new Set(verdicts.map(({ kind }) => kind));
  const hasFailed = kinds.has('fail') || kinds.has('absent');
  const sign = hasFailed ? '❌ ' : isDoubtful || kinds.has('not-judged') ? '⚠️ ' : '';
  const held = sign === '' && summary !== undefined ? '✅ ' : sign;
  return `${held}${plain(name)}${summary === undefined ? '' : `: ${summary}`}`;
}

function verdictTable(all: readonly VerdictText[]): readonly string[] {
  if (all.length === 0) return [];
  const ordered = worstFirst(all);
  const shown = ordered.slice(0, MAX_VERDICTS);
  const rest = ordered.slice(MAX_VERDICTS);
  const kinds = ORDER.map(
    (kind) => [kind, rest.filter((each) => each.kind === kind).length] as const,
  );
  const more = kinds
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${SIGNS[kind]}`);
  return [
    '| | threshold | found |',
    '| --- | --- | --- |',
    ...shown.map(
      ({ kind, threshold, found }) => `| ${SIGNS[kind]} | ${code(threshold)} | ${plain(found)} |`,
    ),
    ...(more.length === 0 ? [] : [`| | and ${more.join(', ')} | |`]),
  ];
}

function headlineTable(analysis: Analysis): readonly string[] {
  const rows = headlineTexts(analysis).map(({ label, texts }) => {
    const shown = texts.slice(0, MAX_SENTENCES).map(plain);
    const rest = texts.length - shown.length;
    const cell = [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('<br>');
    return `| ${label} | ${cell} |`;
  });
  return ['| | |', '| --- | --- |', ...rows];
}

/** Text of a run as Markdown that shows just that text, in one line and in a table's cell. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#@]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Code in a table's cell: `|` ends a cell even within code. */
function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
  return line.includes('`') ? plain(text) : `\`${line}\``;
}
