/** A run in JUnit's XML form, as Jenkins and GitLab read it: each threshold, phase and stage a test case. */
import type { Analysis } from '../analysis/analyze.js';
import { valueOf } from '../analysis/measure.js';
import { experimentOf, phaseStart } from '../analysis/run-facts.js';
import { thresholdVerdicts } from '../analysis/threshold-verdicts.js';
import { generatorTrouble } from '../analysis/verdicts.js';
import { PHASES, type Phase, type Timeline } from '../timeline/record.js';
import { verdictTexts, type VerdictText } from './verdict-text.js';
import { xmlDocument, type XmlElement } from './xml.js';

/** What became of a test case. */
type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failure' | 'error' | 'skipped'; readonly message: string };

interface TestCase {
  readonly name: string;
  readonly seconds: number;
  readonly outcome: Outcome;
}

const SECOND_MS = 1_000;
const PASSED: Outcome = { kind: 'passed' };

/**
 * The run as JUnit XML.
 *
 * - A threshold that failed is a failure, one whose figure is absent an error, one that could not be
 *   judged is skipped.
 * - A phase or stage that the run ended in is an error; one that it did not come to is skipped, and so is
 *   a stage whose figures are not the service's because the load generator fell behind.
 */
export function junitReport(timeline: Timeline, analysis: Analysis): string {
  const experiment = valueOf(experimentOf(timeline))?.name ?? 'experiment';
  const verdicts = verdictTexts(thresholdVerdicts(timeline, analysis), analysis);
  const suites = [
    { name: 'thresholds', cases: verdicts.map(verdictCase) },
    { name: 'phases', cases: phaseCases(timeline, analysis) },
    { name: 'stages', cases: stageCases(timeline, analysis) },
  ].filter(({ cases }) => cases.length > 0);
  const { startedAt } = timeline.header;
  return xmlDocument({
    name: 'testsuites',
    attributes: {
      name: `hpa-lab ${experiment}`,
      ...counts(suites.flatMap(({ cases }) => cases)),
      time: secondsText((analysis.observed.toT - analysis.observed.fromT) / SECOND_MS),
    },
    content: suites.map(({ name, cases }) => ({
      name: 'testsuite',
      attributes: {
        name: `${experiment} ${name}`,
        ...counts(cases),
        time: secondsText(cases.reduce((sum, { seconds }) => sum + seconds, 0)),
        timestamp: startedAt.replace(/\.\d+Z$/, ''),
      },
      content: cases.map((of) => caseElement(of, `hpa-lab.${experiment}.${name}`)),
    })),
  });
}

function counts(cases: readonly TestCase[]): Readonly<Record<string, number>> {
  const count = (kind: Outcome['kind']): number =>
    cases.filter(({ outcome }) => outcome.kind === kind).length;
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
}

function caseElement({ name, seconds, outcome }: TestCase, classname: string): XmlElement {
  const attributes = { classname, name, time: secondsText(seconds) };
  if (outcome.kind === 'passed') return { name: 'testcase', attributes };
  const { kind, message } = outcome;
  const result =
    kind === 'skipped'
      ? { name: kind, attributes: { message } }
      : { name: kind, attributes: { message, type: kind }, content: `${name}: ${message}` };
  return { name: 'testcase', attributes, content: [result] };
}

function secondsText(seconds: number): string {
  return seconds.toFixed(3);
}

function verdictCase({ kind, threshold, found }: VerdictText): TestCase {
  return { name: threshold, seconds: 0, outcome: verdictOutcome(kind, found) };
}

function verdictOutcome(kind: VerdictText['kind'], message: string): Outcome {
  if (kind === 'pass') return PASSED;
  if (kind === 'fail') return { kind: 'failure', message };
  return { kind: kind === 'absent' ? 'error' : 'skipped', message };
}

function phaseCases(timeline: Timeline, analysis: Analysis): readonly TestCase[] {
  const starts = PHASES.map((phase) => valueOf(phaseStart(timeline, phase)));
  const endT = timeline.records.at(-1)?.t ?? 0;
  const isWhole = analysis.completeness.kind === 'completed';
  const lastBegun = lastPhase(starts);
  return PHASES.map((phase, index) => {
    const fromT = starts[index];
    if (fromT === undefined) return { name: phase, seconds: 0, outcome: notReached(phase) };
    const next = starts.slice(index + 1).filter((t) => t !== undefined);
    const toT = next.reduce((a, b) => Math.min(a, b), Infinity);
    return {
      name: phase,
      seconds: Math.max(0, (Number.isFinite(toT) ? toT : endT) - fromT) / SECOND_MS,
      outcome: isWhole || phase !== lastBegun ? PASSED : endedIn(analysis),
    };
  });
}

/** The last phase that began; tearing down is no phase that a run ends early in. */
function lastPhase(starts: readonly (number | undefined)[]): Phase | undefined {
  return PHASES.findLast((phase, index) => phase !== 'tear-down' && starts[index] !== undefined);
}

function notReached(what: string): Outcome {
  return { kind: 'skipped', message: `the run did not come to ${what}` };
}

function endedIn({ completeness }: Analysis): Outcome {
  return completeness.kind === 'completed'
    ? PASSED
    : { kind: 'error', message: `${completeness.kind}: ${completeness.because}` };
}

function stageCases(timeline: Timeline, analysis: Analysis): readonly TestCase[] {
  const load = valueOf(experimentOf(timeline))?.load.load;
  if (load?.model !== 'open') return [];
  const loadStartT = valueOf(analysis.loadStartT);
  let startMs = 0;
  return load.profile.stages.map(({ name, durationMs }) => {
    const span = { fromT: (loadStartT ?? Infinity) + startMs, durationMs };
    startMs += durationMs;
    return stageCase(name, span, analysis);
  });
}

function stageCase(
  name: string,
  { fromT, durationMs }: { readonly fromT: number; readonly durationMs: number },
  analysis: Analysis,
): TestCase {
  const { generator, completeness, observed } = analysis;
  const seconds = Math.max(0, Math.min(fromT + durationMs, observed.toT) - fromT) / SECOND_MS;
  if (completeness.kind !== 'completed') {
    if (fromT >= observed.toT) return { name, seconds: 0, outcome: notReached(name) };
    const isOver = fromT + durationMs <= observed.toT;
    return { name, seconds, outcome: isOver ? PASSED : endedIn(analysis) };
  }
  if (generator.kind !== 'saturated') return { name, seconds, outcome: PASSED };
  const message = `not a result: ${generatorTrouble(generator)}: ${generator.because}`;
  return { name, seconds, outcome: { kind: 'skipped', message } };
}
