import { describe, expect, it } from 'vitest';
import { expositionText } from '../../../src/core/exposition-text.js';
import { parseMetricsText } from '../../../src/control-plane/metrics/prometheus-text.js';

describe('the Prometheus text format', () => {
  it('is read back as it was written, whatever stands in labels', () => {
    const labels = { path: 'a\\b"c\nd', empty: '' };
    const text = expositionText([
      {
        name: 'lab_things_total',
        type: 'counter',
        help: 'Things\nof all kinds.',
        samples: [
          { labels, value: 1.5 },
          { labels: {}, value: Number.POSITIVE_INFINITY },
          { labels: {}, suffix: '_sum', value: 2 },
        ],
      },
      { name: 'lab_nothing', type: 'gauge', help: 'None.', samples: [] },
    ]);

    expect(text).toContain(
      '# HELP lab_things_total Things\\nof all kinds.\n# TYPE lab_things_total counter\n',
    );
    expect(text).not.toContain('lab_nothing');
    expect(parseMetricsText(text)).toEqual({
      kind: 'samples',
      samples: [
        { name: 'lab_things_total', labels: { path: 'a\\b"c\nd' }, value: 1.5 },
        { name: 'lab_things_total', labels: {}, value: Number.POSITIVE_INFINITY },
        { name: 'lab_things_total_sum', labels: {}, value: 2 },
      ],
    });
  });
});
