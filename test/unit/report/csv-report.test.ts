import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { MEASURES } from '../../../src/analysis/catalogue/catalogue.js';
import { csvReport, csvSeries } from '../../../src/report/csv-report.js';
import { aTimeline, without } from '../../support/a-timeline.js';

const TIMELINE = aTimeline();
const ANALYSIS = analyze(TIMELINE);

describe('the measures of a run as CSV', () => {
  it('has a row for each measure, with a value or why there is none', () => {
    const [head, ...rows] = csvReport(TIMELINE, ANALYSIS).trimEnd().split('\n');

    expect(head).toBe('name,stage,unit,value,absent_reason');
    const ofRun = rows.filter((row) => /^[^,]+,,/.test(row));
    expect(ofRun.map((row) => row.split(',')[0])).toEqual(MEASURES.map(({ name }) => name));
    expect(ofRun).toContain('errors.count,,count,7,');
  });

  it('says why a value is absent', () => {
    const timeline = without(TIMELINE, 'load');

    expect(csvReport(timeline, analyze(timeline))).toContain(
      'errors.count,,count,,no second of the load was told\n',
    );
  });
});

describe('the seconds of a run as CSV', () => {
  const rows = csvSeries(TIMELINE, ANALYSIS)
    .trimEnd()
    .split('\n')
    .map((row) => row.split(','));
  const columns = rows[0] ?? [];
  const at = (second: number, column: string): string | undefined =>
    rows.find(([first]) => first === String(second))?.[columns.indexOf(column)];

  it('has a row for each second from before the load to the end, all as long as the head', () => {
    expect(rows[1]?.[0]).toBe('-28');
    expect(rows.at(-1)?.[0]).toBe('170');
    expect(rows.filter((row) => row.length !== columns.length)).toEqual([]);
  });

  it('tells stage, rates, answers, replicas and CPU of a second', () => {
    expect(at(30, 'stage')).toBe('spike');
    expect(at(30, 'planned_per_second')).toBe('45');
    expect(at(30, 'due')).toBe('45');
    expect(at(30, 'answered')).toBe('45');
    expect(Number(at(30, 'response_time_p99_ms'))).toBeGreaterThan(100);
    expect(at(120, 'desired_replicas')).toBe('10');
    expect(at(120, 'ready_replicas')).toBe('10');
    expect(Number(at(30, 'cpu_percent_of_requests'))).toBeGreaterThan(150);
  });

  it('leaves empty what is not known', () => {
    expect(at(-5, 'stage')).toBe('');
    expect(at(-5, 'due')).toBe('');
    expect(at(-5, 'response_time_p99_ms')).toBe('');
  });
});
