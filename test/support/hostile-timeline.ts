/** A run whose every text tries to be more than text. */
import type { Timeline, TimelineRecord } from '../../src/timeline/record.js';
import { aTimeline, anExperiment } from './a-timeline.js';

/** Texts by the place in which they stand. */
export const HOSTILE = {
  question: `</title><img src=x onerror="hacked('question')">`,
  pod: `</script><img src=x onerror=hacked('pod')>`,
  stage: `"><svg onload=hacked('stage')>`,
  message: `<script>hacked('message')</script> &amp; ]]>`,
  note: `'><a href=javascript:hacked('note')>note</a>`,
  gap: `<!--<script>`,
} as const;

/** See {@link HOSTILE}. */
export function hostileTimeline(): Timeline {
  const timeline = aTimeline({ flaps: [{ pod: 1, unreadyT: 60_000, readyT: 70_000 }] });
  const experiment = anExperiment([
    { name: HOSTILE.stage, kind: 'constant', ratePerSecond: 9, durationMs: 170_000 },
  ]);
  const more: readonly TimelineRecord[] = [
    { t: 90_000, kind: 'note', text: HOSTILE.note },
    { t: 90_000, kind: 'gap', source: HOSTILE.gap, fromT: 80_000, because: HOSTILE.message },
  ];
  return {
    header: { ...timeline.header, experiment: { ...experiment, question: HOSTILE.question } },
    records: [...timeline.records.map(renamed), ...more].sort((a, b) => a.t - b.t),
  };
}

/** One pod under another name, wherever it is named. */
function renamed(record: TimelineRecord): TimelineRecord {
  const name = (text: string): string => (text === 'sample-service-1' ? HOSTILE.pod : text);
  if (record.kind === 'pod') return { ...record, name: name(record.name) };
  if (record.kind === 'endpoints') return { ...record, ready: record.ready.map(name) };
  if (record.kind === 'event') return { ...record, message: HOSTILE.message };
  return record;
}
