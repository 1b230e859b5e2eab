/** A comparison in JUnit's XML form: each variant a suite, each measure a test case. */
import type { MeasureComparison } from '../../analysis/compare/compare.js';
import { xmlDocument, type XmlElement } from '../xml.js';
import { withUnit } from './text-front.js';
import { measureGroups, verdictText, type ComparisonView, type MeasureGroup } from './view.js';

interface TestCase {
  readonly pair: number;
  readonly name: string;
  readonly outcome: 'passed' | 'failure' | 'skipped';
  readonly message: string;
}

/**
 * The comparison as JUnit XML. What is shown to be worse is a failure; what has no value is skipped; in a
 * check of a variant with itself whatever is shown is a failure. All else has passed.
 */
export function comparisonJunit(view: ComparisonView): string {
  const { comparison, experiment } = view;
  const cases = measureGroups(comparison).flatMap((group) =>
    group.results.map((result) => testCase(result, group, view)),
  );
  const suites = comparison.pairs.map(({ variant, baseline }, pair): XmlElement => {
    const own = cases.filter((each) => each.pair === pair);
    return {
      name: 'testsuite',
      attributes: {
        name: `${experiment} ${variant.name} compared with ${baseline.name}`,
        ...counts(own),
        time: '0.000',
      },
      content: own.map((each) => caseElement(each, `hpa-lab.${experiment}.${variant.name}`)),
    };
  });
  return xmlDocument({
    name: 'testsuites',
    attributes: { name: `hpa-lab compare ${experiment}`, ...counts(cases), time: '0.000' },
    content: suites,
  });
}

function counts(cases: readonly TestCase[]): Readonly<Record<string, number>> {
  const count = (kind: TestCase['outcome']): number =>
    cases.filter(({ outcome }) => outcome === kind).length;
  return { tests: cases.length, failures: count('failure'), errors: 0, skipped: count('skipped') };
}

function testCase(
  result: MeasureComparison,
  { scale }: MeasureGroup,
  { kind }: ComparisonView,
): TestCase {
  const { measure, pair, variant, baseline, verdict } = result;
  const isShown = verdict.kind === 'better' || verdict.kind === 'differs';
  const isFailure = verdict.kind === 'worse' || (kind === 'self' && isShown);
  const text = (value: number | undefined): string =>
    value === undefined ? 'no value' : withUnit(scale, value);
  return {
    pair,
    name: measure.name,
    outcome: isFailure ? 'failure' : verdict.kind === 'absent' ? 'skipped' : 'passed',
    message: `${verdictText(result, scale)}: ${text(variant.median)}, baseline ${text(baseline.median)}`,
  };
}

function caseElement({ name, outcome, message }: TestCase, classname: string): XmlElement {
  const attributes = { classname, name, time: '0.000' };
  if (outcome === 'skipped') {
    return {
      name: 'testcase',
      attributes,
      content: [{ name: 'skipped', attributes: { message } }],
    };
  }
  const told: XmlElement =
    outcome === 'failure'
      ? {
          name: 'failure',
          attributes: { message, type: 'regression' },
          content: `${name}: ${message}`,
        }
      : { name: 'system-out', attributes: {}, content: message };
  return { name: 'testcase', attributes, content: [told] };
}
