/** Named measures of the load generator itself: whether what it says of the service can be believed. */
import type { SenderAudit } from '../../load/sender.js';
import { measured, noData, type Measure } from '../measure.js';
import type { GeneratorVerdict } from '../verdicts.js';
import type { MeasureDefinition } from './definition.js';

const NOT_AUDITED = 'the load generator did not finish';

function audited(
  generator: GeneratorVerdict,
  of: (audit: SenderAudit) => number | undefined,
): Measure {
  if (generator.kind === 'unknown' || generator.kind === 'modelled')
    return noData(generator.because);
  const value = of(generator.audit);
  return value === undefined ? noData('nothing was due at a set time') : measured(value);
}

const LAGS = [
  {
    name: 'p50',
    words: 'Half of the requests were sent',
    of: (audit: SenderAudit) => audit.sendLagP50Ms,
  },
  {
    name: 'p99',
    words: '99 % of the requests were sent',
    of: (audit: SenderAudit) => audit.sendLagP99Ms,
  },
  { name: 'max', words: 'Every request was sent', of: (audit: SenderAudit) => audit.sendLagMaxMs },
] as const;

/** What the load generator says of itself. */
export const senderMeasures: readonly MeasureDefinition[] = [
  ...LAGS.map(
    ({ name, words, of }): MeasureDefinition => ({
      name: `sendLag.${name}`,
      unit: 'ms',
      better: 'lower',
      summary: `${words} at most so long after it was due, where a connection was free.`,
      formula: 'nearest rank over all requests of the run',
      source: 'load-summary record (the sender’s audit)',
      absentWhen: `${NOT_AUDITED}, or nothing was due at a set time (closed model)`,
      needsPunctualSender: false,
      of: ({ generator }) => audited(generator, of),
    }),
  ),
  {
    name: 'sender.eventLoopLag.p99',
    unit: 'ms',
    better: 'lower',
    summary: 'How late the load generator’s event loop ran in the worst 1 %.',
    formula: '99th percentile of the delay of a timer in the sender’s process',
    source: 'load-summary record (the sender’s audit)',
    absentWhen: `${NOT_AUDITED}, or it did not measure it`,
    needsPunctualSender: false,
    of: ({ generator }) => audited(generator, (audit) => audit.eventLoopLagP99Ms),
  },
];
