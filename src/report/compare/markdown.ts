/** A comparison in Markdown: what a reviewer wants to see in a pull request, on one screen. */
import type { MeasureComparison } from '../../analysis/compare/compare.js';
import { numberText, percentText } from '../format.js';
import { standingText } from './text-front.js';
import {
  measureGroups,
  pairSummaries,
  subjectText,
  VERDICT_KINDS,
  VERDICT_WORDS,
  verdictText,
  type ComparisonView,
  type MeasureGroup,
} from './view.js';

const MOST_VARIANTS = 8;
const MOST_ROWS = 15;
const MOST_ON_FRONT = 8;

const SIGNS: Readonly<Record<MeasureComparison['verdict']['kind'], string>> = {
  worse: '❌ worse',
  better: '✅ better',
  differs: '↔️ differs',
  'not-shown': 'no difference shown',
  absent: '⚠️ absent',
};

/** The comparison as GitHub and GitLab render it, at most a screen of it. Ends with a line end. */
export function comparisonMarkdown(view: ComparisonView): string {
  const { comparison, madeFrom, front } = view;
  const onFront = front?.points.filter(({ dominatedBy }) => dominatedBy.length === 0) ?? [];
  const sections: readonly (readonly string[])[] = [
    [`## ${plain(view.experiment)}: ${plain(subjectText(view))}`],
    summaryTable(view),
    resultTable(view),
    front === undefined
      ? []
      : [
          `Best for their cost (${plain(front.y.name)} over ${plain(front.x.name)}, by medians): ${listed(
            onFront.map(({ name }) => name),
            MOST_ON_FRONT,
          )}. ${dominatedText(view)}`.trimEnd(),
        ],
    view.notes.map((note) => `> ${plain(note)}`),
    [
      `<sub>${plain(madeFrom.source)}, hpa-lab ${plain(madeFrom.labVersions.join(', '))}; Mann-Whitney at 5 %, corrected by Holm for ${comparison.judged} differences; seed ${comparison.seed}.</sub>`,
    ],
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function summaryTable({ comparison }: ComparisonView): readonly string[] {
  const all = pairSummaries(comparison);
  if (all.length < 2) return [];
  const rows = all.slice(0, MOST_VARIANTS).map(({ variant, measuresOf }) => {
    const counts = VERDICT_KINDS.map((kind) => String(measuresOf[kind].length));
    return `| ${plain(variant)} | ${counts.join(' | ')} |`;
  });
  const heads = VERDICT_KINDS.map((kind) => VERDICT_WORDS[kind]);
  const rest = all.length - rows.length;
  return [
    `| variant | ${heads.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(heads.length)}`,
    ...rows,
    ...(rest > 0 ? [`| and ${rest} more |${' |'.repeat(heads.length)}`] : []),
  ];
}

/** What matters most first: what is worse, then better, and so on. */
function resultTable({ comparison }: ComparisonView): readonly string[] {
  const rows = measureGroups(comparison).flatMap((group) =>
    group.results.map((result) => ({ result, group })),
  );
  const ordered = VERDICT_KINDS.flatMap((kind) =>
    rows.filter(({ result }) => result.verdict.kind === kind),
  );
  const shown = ordered.slice(0, MOST_ROWS);
  const rest = ordered.slice(MOST_ROWS);
  const counts = VERDICT_KINDS.flatMap((kind) => {
    const count = rest.filter(({ result }) => result.verdict.kind === kind).length;
    return count === 0 ? [] : [`${count} ${SIGNS[kind]}`];
  });
  return [
    '| | variant | measure | median | baseline | change |',
    '| --- | --- | --- | ---: | ---: | ---: |',
    ...shown.map(({ result, group }) => resultRow(result, group, comparison.pairs)),
    ...(counts.length === 0 ? [] : [`| and ${counts.join(', ')} | | | | | |`]),
  ];
}

function resultRow(
  result: MeasureComparison,
  { scale }: MeasureGroup,
  pairs: ComparisonView['comparison']['pairs'],
): string {
  const { variant, baseline, difference, measure, verdict } = result;
  const show = (value: number | undefined): string =>
    value === undefined ? '' : `${scale.show(value)}${scale.unit === '' ? '' : ` ${scale.unit}`}`;
  const detail = verdictText(result, scale).slice(VERDICT_WORDS[verdict.kind].length);
  const change =
    difference === undefined
      ? ''
      : `${scale.showDifference(difference.value)}${relativeText(difference.relative)}`;
  const cells = [
    `${SIGNS[verdict.kind]}${plain(detail)}`,
    plain(pairs[result.pair]?.variant.name ?? ''),
    `\`${measure.name}\``,
    plain(show(variant.median)),
    plain(show(baseline.median)),
    plain(change),
  ];
  return `| ${cells.join(' | ')} |`;
}

function relativeText(relative: number | undefined): string {
  if (relative === undefined || relative === 0) return '';
  return ` (${relative < 0 ? '-' : '+'}${percentText(Math.abs(relative))})`;
}

function dominatedText({ front }: ComparisonView): string {
  const dominated = front?.points.filter(({ dominatedBy }) => dominatedBy.length > 0) ?? [];
  const texts = dominated
    .slice(0, MOST_VARIANTS)
    .map(({ name, dominatedBy }) => `${plain(name)} is ${plain(standingText(dominatedBy))}`);
  const rest = dominated.length - texts.length;
  if (texts.length === 0) return '';
  return `${texts.join('; ')}${rest > 0 ? `; and ${numberText(rest)} more are dominated` : ''}.`;
}

function listed(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).map(plain).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Text as Markdown that shows just that text, in one line and in a table's cell. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#@]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
