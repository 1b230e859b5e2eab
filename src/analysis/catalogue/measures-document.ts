/** `docs/measures.md`: the catalogue for people, written from the definitions themselves. */
import type { MeasureUnit } from '../../core/measure-unit.js';
import type { MeasureDefinition } from './definition.js';

const UNITS: Readonly<Record<MeasureUnit, string>> = {
  ms: 'time',
  share: 'share (%)',
  count: 'count',
  perSecond: 'per second',
  perHour: 'per hour',
  currency: 'money',
  millicores: 'millicores',
  bytes: 'bytes',
  podSeconds: 'pod-seconds',
  nodeSeconds: 'node-seconds',
  ratio: 'number',
};

const BETTER: Readonly<Record<MeasureDefinition['better'], string>> = {
  lower: 'lower is better',
  higher: 'higher is better',
  neither: '',
};

const HEADER = `# Measures

Every figure that has a name. Names are what \`thresholds:\` in an experiment, reports and comparisons call a
figure by; they do not change their meaning. A figure that cannot be told is absent with the reason,
never 0. *By stage*: the figure exists for one stage of the load too (\`<measure> < 60s in <stage>\`).
*Sender*: not judged when the load generator fell behind.

In \`report.json\` and \`measures.csv\` a share is a fraction (0.9989 is 99.89 %) and a time is in milliseconds; reports
for people and thresholds write them with their unit.

An experiment that names a Prometheus has four more for each of its queries, \`prometheus.<query>.min\`, \`.mean\`,
\`.max\` and \`.last\`: [prometheus.md](prometheus.md).

This file is written by \`npm run schema\` from \`src/analysis/catalogue\`; do not edit it.
`;

/**
 * The catalogue as Markdown: for each first part of the names a table with name, unit, what it tells,
 * formula, source and what makes it absent. Ends with a line end.
 */
export function measuresDocument(measures: readonly MeasureDefinition[]): string {
  const groups = new Map<string, MeasureDefinition[]>();
  for (const measure of measures) {
    const group = measure.name.split('.')[0] ?? measure.name;
    groups.set(group, [...(groups.get(group) ?? []), measure]);
  }
  const sections = [...groups].map(([group, all]) => {
    const rows = all.map(row).join('\n');
    return `## ${group}\n\n${TABLE_HEAD}\n${rows}\n`;
  });
  return [HEADER, ...sections].join('\n');
}

const TABLE_HEAD = [
  '| name | unit | what | formula | source | absent when |',
  '| --- | --- | --- | --- | --- | --- |',
].join('\n');

function row(measure: MeasureDefinition): string {
  const { name, unit, better, summary, formula, source, absentWhen } = measure;
  const notes = [
    BETTER[better],
    measure.inStage === undefined ? '' : 'by stage',
    measure.needsPunctualSender ? 'sender' : '',
  ].filter((note) => note !== '');
  const what = notes.length === 0 ? summary : `${summary} *${notes.join(', ')}*`;
  const cells = [`\`${name}\``, UNITS[unit], what, formula, source, absentWhen];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
