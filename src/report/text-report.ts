/** `report.txt`: verdicts, headline figures, plots, where the time went, tables, and what it cannot know. */
import type { Analysis } from '../analysis/analyze.js';
import { valueOf } from '../analysis/measure.js';
import { experimentOf } from '../analysis/run-facts.js';
import { thresholdVerdicts } from '../analysis/threshold-verdicts.js';
import type { Timeline } from '../timeline/record.js';
import { wrapped, wrappedLines } from './format.js';
import { headlines } from './headline.js';
import { decisionLines } from './hpa-decisions.js';
import { runPlots } from './plots.js';
import { provenance } from './provenance.js';
import { absentLines } from './text/absent-lines.js';
import { costLines } from './text/cost-lines.js';
import { requestLines, stretchLines } from './text/load-lines.js';
import { ansiPaint, plainPaint, type Paint } from './text/paint.js';
import { flapLines, saturationLines } from './text/pod-lines.js';
import { prometheusLines } from './text/prometheus-lines.js';
import { scaleDownLines, scaleUpSections } from './text/scaling-lines.js';
import { steeringLines } from './text/steering-lines.js';
import { userLines } from './text/user-lines.js';
import { verdictLines } from './text/verdict-lines.js';
import { endReason, warningTexts } from './warnings.js';

/** How wide a report is. */
export interface TextReportOptions {
  /** At least {@link MIN_COLUMNS}; less counts as that. */
  readonly columns: number;
  /** Colors for verdicts; without it there are none. */
  readonly isColored?: boolean;
}

/** Below this, plots and tables cannot be read. */
const MIN_COLUMNS = 80;
/** Wider plots are no clearer. */
const MAX_COLUMNS = 160;

/**
 * The report of a run as text, every line within the width (colors take no room). What matters most comes
 * first: verdicts, headline figures, plots, then where the time went and what users felt, and at the end
 * what is not known and how far to believe it all. Ends with a line end.
 */
export function textReport(
  timeline: Timeline,
  analysis: Analysis,
  options: TextReportOptions,
): string {
  const columns = Math.min(Math.max(options.columns, MIN_COLUMNS), MAX_COLUMNS);
  const originT = valueOf(analysis.loadStartT) ?? 0;
  const paint = options.isColored === true ? ansiPaint : plainPaint;
  const at = { originT, columns };
  const sections: readonly (readonly string[])[] = [
    title(timeline, { columns, paint }),
    warnings(analysis, { columns, paint }),
    verdictLines(thresholdVerdicts(timeline, analysis), analysis, { columns, paint }),
    headlines(analysis, columns),
    runPlots(timeline, analysis, columns),
    ...scaleUpSections(analysis, at),
    scaleDownLines(analysis, at),
    steeringLines(analysis, columns),
    decisionLines(analysis.hpaDecisions, at),
    stretchLines(analysis, originT),
    requestLines(analysis),
    ...userLines(analysis, at),
    flapLines(analysis, at),
    saturationLines(analysis, columns),
    prometheusLines(analysis, columns),
    costLines(analysis, columns),
    absentLines(analysis, columns),
    limits(timeline, analysis, columns),
  ];
  const text = sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n');
  return `${text}\n`;
}

/** How a section is laid out. */
interface Layout {
  readonly columns: number;
  readonly paint: Paint;
}

function title({ header }: Timeline, { columns, paint }: Layout): readonly string[] {
  const experiment = experimentOf({ header, records: [] });
  const { environment, runId, startedAt } = header;
  const { name, question } =
    experiment.kind === 'measured'
      ? experiment.value
      : { name: 'an experiment', question: experiment.because };
  const where = `${environment.target} cluster, ${environment.platform}, ${environment.cores} cores, Node ${environment.nodeVersion.replace(/^v/, '')}`;
  return [
    ...wrapped(`${name}: ${question}`, columns).map((line) => paint('heading', line)),
    ...wrapped(`run ${runId}, begun ${startedAt}, hpa-lab ${environment.labVersion}`, columns),
    ...wrapped(where, columns),
  ];
}

function warnings(analysis: Analysis, { columns, paint }: Layout): readonly string[] {
  const lines = warningTexts(analysis).flatMap((text) => wrapped(text, columns - 3));
  const reason = endReason(analysis);
  return [
    ...lines.map((line) => paint('bad', `!! ${line}`)),
    ...(reason === undefined ? [] : wrappedLines(reason, columns - 3).map((line) => `   ${line}`)),
  ];
}

function limits(timeline: Timeline, analysis: Analysis, columns: number): readonly string[] {
  const { real, modelled, missing } = provenance(timeline, analysis);
  const part = (heading: string, texts: readonly string[]): readonly string[] =>
    texts.flatMap((text, index) =>
      wrapped(text, columns - 12).map(
        (line, row) =>
          `${(index + row === 0 ? heading : '').padEnd(10)}${row === 0 ? '- ' : '  '}${line}`,
      ),
    );
  return [
    'How far to believe it',
    ...part('Real', real),
    ...part('Modelled', modelled),
    ...part('Missing', missing),
    ...part('Noted', analysis.notes),
  ];
}
