import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { junitReport } from '../../../src/report/junit-report.js';
import { xmlDocument } from '../../../src/report/xml.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { aTimeline, without } from '../../support/a-timeline.js';
import { readXml, type ReadElement } from '../../support/xml.js';

function suitesOf(timeline: Timeline): readonly ReadElement[] {
  return readXml(junitReport(timeline, analyze(timeline))).children;
}

/** Each test case: its name and what became of it. */
function outcomesOf(suite: ReadElement | undefined): readonly string[] {
  return (suite?.children ?? []).map(({ attributes, children: [result] }) =>
    result === undefined
      ? `${attributes['name']}: passed`
      : `${attributes['name']}: ${result.name}: ${result.attributes['message']}`,
  );
}

describe('a run in JUnit form', () => {
  const thresholds = ['errors.count < 5', 'replicas.peakReady <= 10'];

  it('has a test case for each threshold, phase and stage', () => {
    const [first, second, third, ...rest] = suitesOf(aTimeline({ thresholds }));

    expect(outcomesOf(first)).toEqual([
      'errors.count < 5: failure: was 7',
      'replicas.peakReady <= 10: passed',
    ]);
    expect(outcomesOf(second)).toEqual([
      'deploy: passed',
      'settle: passed',
      'load: passed',
      'cool-down: passed',
      'tear-down: passed',
    ]);
    expect(outcomesOf(third)).toEqual([
      'baseline: passed',
      'spike: passed',
      'baseline-again: passed',
    ]);
    expect(third?.children.map(({ attributes }) => attributes['time'])).toEqual([
      '25.000',
      '65.000',
      '80.000',
    ]);
    expect(rest).toEqual([]);
  });

  it('counts what became of them, in each suite and in all', () => {
    const timeline = aTimeline({ thresholds });
    const root = readXml(junitReport(timeline, analyze(timeline)));

    expect(root).toMatchObject({
      name: 'testsuites',
      attributes: { tests: '10', failures: '1', errors: '0', skipped: '0' },
    });
    expect(root.children[0]).toMatchObject({
      name: 'testsuite',
      attributes: {
        name: 'spike thresholds',
        tests: '2',
        failures: '1',
        timestamp: '2026-11-23T06:00:00',
      },
    });
  });

  it('has an error for a figure that is absent', () => {
    const [first] = suitesOf(without(aTimeline({ thresholds: ['errors.count < 5'] }), 'load'));

    expect(outcomesOf(first)).toEqual([
      'errors.count < 5: error: absent: no second of the load was told',
    ]);
  });

  it('skips what could not be judged because the load generator fell behind', () => {
    const [first, , third] = suitesOf(aTimeline({ thresholds, isSaturated: true }));

    expect(outcomesOf(first)).toEqual([
      'errors.count < 5: skipped: not judged: the load generator fell behind',
      'replicas.peakReady <= 10: passed',
    ]);
    expect(outcomesOf(third)[1]).toMatch(/^spike: skipped: not a result/);
  });

  it('has an error for where the run ended, and skips what it did not come to', () => {
    const [first, second, third] = suitesOf(
      aTimeline({ thresholds, outcome: 'interrupted', stoppedT: 85_000 }),
    );

    expect(outcomesOf(first)[0]).toBe(
      'errors.count < 5: skipped: not judged: the run was interrupted',
    );
    expect(outcomesOf(second)).toEqual([
      'deploy: passed',
      'settle: passed',
      'load: error: interrupted: SIGINT',
      'cool-down: skipped: the run did not come to cool-down',
      'tear-down: passed',
    ]);
    expect(outcomesOf(third)).toEqual([
      'baseline: passed',
      'spike: error: interrupted: SIGINT',
      'baseline-again: skipped: the run did not come to baseline-again',
    ]);
  });
});

describe('XML', () => {
  it.each([
    ['markup', `<a href="x">&'</a>`],
    ['line ends', 'one\ntwo\r\n\tthree'],
    ['other scripts', 'ä 中 😀'],
  ])('holds %s, in text and in attributes', (_, text) => {
    const root = readXml(
      xmlDocument({
        name: 'root',
        attributes: { text, absent: undefined },
        content: [{ name: 'inner', attributes: {}, content: text }],
      }),
    );

    expect(root.attributes).toEqual({ text });
    expect(root.children[0]?.text).toBe(text);
  });

  it.each(['\u0000', '\u0007', '\u001B', '\u001F', '\uFFFE', '\uFFFF', '\uD800', '\uDC00'])(
    'cannot hold %j, which becomes a sign for it',
    (sign) => {
      const root = readXml(xmlDocument({ name: 'root', attributes: {}, content: `a${sign}b` }));

      expect(root.text).toBe('a\uFFFDb');
    },
  );
});
