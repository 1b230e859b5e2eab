/** The HTML report as text: what stands in it, and that nothing of a run can be more than text. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.js';
import { MEASURES } from '../../../../src/analysis/catalogue/catalogue.js';
import { linkedScript, readHtmlAssets } from '../../../../src/commands/html-assets.js';
import { htmlReport } from '../../../../src/report/html/html-report.js';
import type { Timeline, TimelineRecord } from '../../../../src/timeline/record.js';
import { aTimeline, without } from '../../../support/a-timeline.js';
import { HOSTILE, hostileTimeline } from '../../../support/hostile-timeline.js';

const assets = readHtmlAssets();
const report = (timeline: Timeline): string => htmlReport(timeline, analyze(timeline), { assets });

type Kind = TimelineRecord['kind'];

const KINDS = new Set(aTimeline().records.map(({ kind }): Kind => kind));

describe('the HTML report', () => {
  const text = report(aTimeline());

  it('is the same bytes each time it is made', () => {
    expect(report(aTimeline())).toBe(text);
  });

  it('lets in its own scripts and styles by their hashes, and nothing else', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? '';
    const inline = [...text.matchAll(/<(?:style|script)>([\s\S]*?)<\/(?:style|script)>/g)];
    const hashes = inline.map(([, body = '']) =>
      createHash('sha256').update(body, 'utf8').digest('base64'),
    );

    expect(hashes).toHaveLength(4);
    expect(hashes.filter((hash) => !policy.includes(`&#39;sha256-${hash}&#39;`))).toEqual([]);
    expect(policy).toContain('default-src &#39;none&#39;');
    expect(policy).not.toMatch(/unsafe|http|\*/);
  });

  it('has no style and no handler in an attribute, which its policy would not let in', () => {
    const markup = markupOf(text);

    expect(markup).not.toMatch(/<[^>]+\s(?:style|on\w+)=/);
  });

  it('keeps the license of what is in it', () => {
    expect(text).toContain('The MIT License (MIT)');
    expect(text).toContain('Leon Sorokin');
  });

  it('has a row for every measure of the catalogue', () => {
    const names = text.replaceAll('<wbr>', '');

    expect(MEASURES.filter(({ name }) => !names.includes(`<code>${name}</code>`))).toEqual([]);
  });

  it('gives every id once, and no link without an end', () => {
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    const links = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);

    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(links.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('says first that a run whose load generator was the bottleneck is no result', () => {
    const saturated = report(aTimeline({ isSaturated: true }));

    expect(saturated.indexOf('Not a result.')).toBeGreaterThan(0);
    expect(saturated.indexOf('Not a result.')).toBeLessThan(saturated.indexOf('In short</h2>'));
    expect(text).not.toContain('Not a result.');
  });

  it('tells the thresholds that do not hold first, as the text report does', () => {
    const thresholds = ['scaleUp.count > 0', 'scaleUp.count > 99', 'scaleDown.count > 0'];
    const told = [...report(aTimeline({ thresholds })).matchAll(/<li class="verdict (\w+)">/g)];

    expect(told.map(([, kind]) => kind)).toEqual(['fail', 'pass', 'pass']);
  });

  it('says that an interrupted run is not whole', () => {
    expect(report(aTimeline({ outcome: 'interrupted', stoppedT: 85_000 }))).toContain(
      'Not a whole run (interrupted).',
    );
  });

  const PARTS: readonly { readonly name: string; readonly without: readonly Kind[] }[] = [
    { name: 'without CPU, metrics and decisions', without: ['cpu', 'pod-metrics', 'hpa-decision'] },
    { name: 'without load', without: ['load', 'load-summary'] },
    { name: 'without pods', without: ['pod', 'workload', 'endpoints'] },
    { name: 'of nothing but its beginning', without: [...KINDS] },
  ];

  it.each(PARTS)('can be made of a run $name, with reasons for what is not there', (row) => {
    const partial = report(without(aTimeline(), ...row.without));

    expect(partial).toContain('Not known: ');
    expect(markupOf(partial)).not.toMatch(/\bNaN\b|\bundefined\b|\bInfinity\b|\[object/);
  });
});

describe('text of a run', () => {
  const text = report(hostileTimeline());

  it('is text wherever it stands', () => {
    const markup = markupOf(text);

    expect(markup).not.toMatch(/<img|<script|<svg onload/i);
    expect(text.match(/<script\b/g)).toHaveLength(3);
  });

  it.each(Object.entries(HOSTILE))('is shown as it is: the %s', (_, hostile) => {
    const shown = hostile.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

    expect(text).toContain(shown.replaceAll('"', '&quot;').replaceAll("'", '&#39;'));
  });
});

describe('the linked script', () => {
  const modules: Readonly<Record<string, string>> = {
    'main.js': "import { b } from './b.js';\nimport {\n  a,\n} from './a.js';\nlog(a, b);\n",
    'a.js': 'export const a = 1;\n',
    'b.js': "import { a } from './a.js';\nexport function b() {\n  return a;\n}\n",
  };

  it('has each module once, after those it imports, in one function', () => {
    const script = linkedScript((name) => modules[name] ?? '');

    expect(script).toBe(
      "(() => {\n'use strict';\nconst a = 1;\n\nfunction b() {\n  return a;\n}\n\nlog(a, b);\n})();\n",
    );
  });

  const own = assets.scripts[1]?.text ?? '';

  it('has no import, no export and no name twice', () => {
    const names = [...own.matchAll(/^(?:function|const|let|class) (\w+)/gm)].map(
      ([, name]) => name,
    );

    expect(own).not.toMatch(/^(?:import|export)\b/m);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

/** The page without what stands in its scripts and styles. */
function markupOf(text: string): string {
  return text.replaceAll(/<(style|script)\b[^>]*>[\s\S]*?<\/\1>/g, '');
}
