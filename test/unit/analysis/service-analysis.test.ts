/** The service's part of an analysis on scripted runs, whole and degenerate. */
import { describe, expect, it } from 'vitest';
import { analyze, type Analysis } from '../../../src/analysis/analyze.js';
import { serviceMeasures } from '../../../src/analysis/catalogue/service-measures.js';
import { valueOf } from '../../../src/analysis/measure.js';
import type { Timeline, TimelineRecord } from '../../../src/timeline/record.js';
import { aTimeline, anExperiment, without, type TimelineScript } from '../../support/a-timeline.js';

const SLO = { responseTimeMs: 300, objective: 0.99 };

function withSlo(timeline: Timeline): Timeline {
  const { header } = timeline;
  const experiment = typeof header.experiment === 'object' ? header.experiment : anExperiment();
  return { ...timeline, header: { ...header, experiment: { ...experiment, slo: SLO } } };
}

function analysisOf(script: TimelineScript = {}): Analysis {
  return analyze(withSlo(aTimeline(script)));
}

/** A figure rounded to four digits, or why there is none. */
function figures(analysis: Analysis, ...names: readonly string[]): readonly unknown[] {
  return names.map((name) => {
    const measure = serviceMeasures.find((each) => each.name === name)?.of(analysis);
    if (measure?.kind !== 'measured') return measure?.because ?? 'no such measure';
    return Number(measure.value.toPrecision(4));
  });
}

describe('the load by stage', () => {
  it('is what was due in each stage, and adds up', () => {
    const { stages, wholeLoad } = analysisOf();

    const all = valueOf(stages) ?? [];
    expect(all.map(({ name, load }) => [name, load.seconds, load.due])).toEqual([
      ['baseline', 25, 225],
      ['spike', 65, 2_925],
      ['baseline-again', 80, 720],
    ]);
    expect(all.reduce((sum, { load }) => sum + load.due, 0)).toBe(valueOf(wholeLoad)?.due);
    expect(all.map(({ load }) => valueOf(load.plannedPerSecond))).toEqual([9, 45, 9]);
  });

  it('gives figures of one stage by name', () => {
    const analysis = analysisOf();
    const inStage = (name: string, stage: string) =>
      serviceMeasures.find((each) => each.name === name)?.inStage?.(analysis, stage);

    expect(inStage('slo.violationSeconds', 'baseline')).toMatchObject({ value: 0 });
    expect(
      valueOf(inStage('slo.violationSeconds', 'spike') ?? { kind: 'no-data', because: '' }),
    ).toBeGreaterThan(5);
    expect(inStage('responseTime.p99', 'baseline')).toMatchObject({ kind: 'measured' });
    expect(inStage('errors.count', 'no such stage')).toEqual({
      kind: 'no-data',
      because: 'the run did not come to the stage no such stage',
    });
    expect(serviceMeasures.find(({ name }) => name === 'cost.run')?.inStage).toBeUndefined();
  });

  it('does not tell of stages that the run did not come to', () => {
    const { stages } = analysisOf({ outcome: 'interrupted', stoppedT: 60_000 });

    expect(valueOf(stages)?.map(({ name }) => name)).toEqual(['baseline', 'spike']);
  });
});

describe('response times around a load change', () => {
  it('are told before it, until its last scale-up was ready, and after', () => {
    const { loadEffects } = analysisOf();

    const spans = (valueOf(loadEffects) ?? []).map(({ change, before, during, after, until }) => ({
      to: change.toPerSecond,
      spans: [before, during, after].map((part) => {
        const stretch = valueOf(part);
        return stretch === undefined ? undefined : [stretch.fromT, stretch.toT];
      }),
      until,
    }));
    expect(spans).toEqual([
      {
        to: 9,
        spans: [undefined, [28_500, 38_500], [38_500, 53_500]],
        until: '10s after it began: no scale-up answered it',
      },
      // 10 pods were ready at 104.5 s: 97 s, 60 ms to created, 7.4 s to ready, 10 ms for the last of three.
      {
        to: 45,
        spans: [
          [28_500, 53_500],
          [53_500, 104_500],
          [104_500, 118_500],
        ],
        until: '10 pods ready',
      },
      {
        to: 9,
        spans: [
          [88_500, 118_500],
          [118_500, 128_500],
          [128_500, 198_500],
        ],
        until: '10s after it began',
      },
      {
        to: 0,
        spans: [[168_500, 198_500], undefined, undefined],
        until: 'the end of the load',
      },
    ]);
  });

  it('are worse during a spike than before and after it', () => {
    const spike = valueOf(analysisOf().loadEffects)?.[1];
    const p90 = (part: 'before' | 'during' | 'after'): number => {
      const stretch = spike === undefined ? undefined : valueOf(spike[part]);
      return (
        (stretch === undefined ? undefined : valueOf(stretch.responseTimes.p90Ms)) ?? Number.NaN
      );
    };

    expect(p90('during')).toBeGreaterThan(2 * p90('before'));
    expect(p90('after')).toBeLessThan(p90('during'));
  });
});

describe('an SLO in a spike', () => {
  it('is violated while the metric, the HPA and the pods are waited for, in that order', () => {
    const [spike] = valueOf(analysisOf().slo)?.violations ?? [];

    expect([...new Set(spike?.waits.map(({ cause }) => cause))]).toEqual([
      'metric',
      'hpa',
      'start',
      'readiness',
    ]);
    expect(spike?.waits.reduce((sum, { violationSeconds }) => sum + violationSeconds, 0)).toBe(
      spike?.violationSeconds,
    );
  });

  it('is violated by a flap where a pod flapped', () => {
    const slo = valueOf(analysisOf({ flaps: [{ pod: 1, unreadyT: 60_000, readyT: 66_000 }] }).slo);

    expect(slo?.byCause.find(({ cause }) => cause === 'flapping')?.violationSeconds).toBe(6);
  });

  it('is violated by what a scale-down cut off, where nothing was waited for', () => {
    const slo = valueOf(analysisOf().slo);

    expect(slo?.violations.at(-1)?.waits).toMatchObject([
      { cause: 'failures', evidence: expect.stringMatching(/removed by the scale-down from/) },
    ]);
  });
});

describe('a degenerate run', () => {
  it('in which nothing scaled has flat figures', () => {
    const analysis = analysisOf({
      stages: [{ name: 'only', kind: 'constant', ratePerSecond: 9, durationMs: 60_000 }],
      rescales: [],
    });

    expect(
      figures(
        analysis,
        'slo.violationSeconds',
        'slo.budgetBurn',
        'errors.failed',
        'endpoints.smallestReadyShare',
        'endpoints.churn',
        'probe.flaps',
        'imbalance.cv',
        'cost.idleShare',
      ),
    ).toEqual([0, 0, 0, 1, 2, 0, 0, expect.any(Number)]);
    expect(valueOf(analysis.slo)?.violations).toEqual([]);
    expect(analysis.failures.byCause).toEqual([]);
  });

  it('that was aborted before the load has reasons, not figures, of the load', () => {
    const analysis = analysisOf({ outcome: 'interrupted', stoppedT: 5_000 });

    expect(
      figures(
        analysis,
        'responseTime.p99',
        'errors.rate',
        'slo.goodShare',
        'cost.perMillionRequests',
      ),
    ).toEqual(Array.from({ length: 4 }, () => 'the run did not come to the load phase'));
    expect(figures(analysis, 'sendLag.p99')).toEqual(['no load was sent']);
    expect(valueOf(analysis.cost.estimatedCost)).toBeGreaterThan(0);
  });

  it('with one reading of everything has no use, and does not divide by 0', () => {
    const one = aTimeline({ stoppedT: 3_000, outcome: 'interrupted' });

    expect(figures(analyze(withSlo(one)), 'saturation.cpuOfRequest.p95', 'cost.idleShare')).toEqual(
      ['the use of pods was not recorded', 'the use of pods was not recorded'],
    );
  });

  it('with gaps in what was read takes nothing over them', () => {
    const whole = aTimeline();
    const cut: Timeline = {
      ...whole,
      records: whole.records.filter(
        ({ t, kind }) =>
          !(t > 90_000 && t < 110_000 && ['cpu', 'load', 'pod-metrics'].includes(kind)),
      ),
    };

    const analysis = analyze(withSlo(cut));
    expect(valueOf(analysis.slo)?.seconds).toBe(150);
    expect(valueOf(analysis.saturation.cpuOfRequest)?.max).toBeLessThan(2);
    expect(figures(analysis, 'requests.rate')[0]).toBeCloseTo(
      (valueOf(analysis.wholeLoad)?.due ?? 0) / 150,
      2,
    );
  });

  it.each<{ name: string; kinds: readonly TimelineRecord['kind'][]; because: string }>([
    { name: 'responseTime.p99', kinds: ['load'], because: 'no second of the load was told' },
    { name: 'endpoints.churn', kinds: ['endpoints'], because: 'endpoints were not observed' },
    { name: 'probe.flaps', kinds: ['pod'], because: 'no pod was seen' },
    { name: 'cost.run', kinds: ['pod'], because: 'no pod was observed' },
    {
      name: 'probe.livenessRestarts',
      kinds: ['event'],
      because: 'no Event of a pod was observed',
    },
    {
      name: 'saturation.cpuOfLimit.max',
      kinds: ['cpu', 'pod-metrics'],
      because: 'the use of pods was not recorded',
    },
  ])('without records of $kinds has no $name', ({ name, kinds, because }) => {
    expect(figures(analyze(withSlo(without(aTimeline(), ...kinds))), name)).toEqual([because]);
  });

  it('whose header is of another version keeps what needs no experiment', () => {
    const timeline = aTimeline();
    const analysis = analyze({ ...timeline, header: { ...timeline.header, experiment: null } });

    expect(figures(analysis, 'slo.goodShare', 'cost.run', 'podSeconds', 'errors.count')).toEqual([
      'the header holds no experiment that this version can read',
      'the header holds no experiment that this version can read',
      1105,
      7,
    ]);
  });

  it('without an SLO counts answers as good', () => {
    const { cost, slo } = analyze(aTimeline());

    expect(slo).toEqual({ kind: 'no-data', because: 'the experiment names no slo' });
    expect(cost.goodRequests).toMatchObject({ value: { by: 'answered', count: 3_863 } });
  });
});

describe('the measures of the service', () => {
  it('are each described, once', () => {
    const names = serviceMeasures.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    for (const { name, summary, formula, source, absentWhen } of serviceMeasures) {
      expect(name).toMatch(/^[a-z][A-Za-z]*(?:\.[a-z][A-Za-z0-9]*)*$/);
      expect(summary).toMatch(/^[A-Z0-9].*\.$/);
      for (const text of [formula, source, absentWhen]) expect(text).not.toBe('');
    }
  });

  it('have the names that were promised', () => {
    expect(serviceMeasures.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'responseTime.p99',
        'probe.flaps',
        'cost.perMillionRequests',
        'errors.rate',
      ]),
    );
  });

  it('are figures, or absent with a reason, never NaN', () => {
    const analysis = analysisOf({ flaps: [{ pod: 0, unreadyT: 60_000, readyT: 61_000 }] });

    for (const { of, name } of serviceMeasures) {
      const measure = of(analysis);
      if (measure.kind === 'measured')
        expect([name, Number.isFinite(measure.value)]).toEqual([name, true]);
      else expect(measure.because).not.toBe('');
    }
  });
});
