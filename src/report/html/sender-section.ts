/** What the load generator says of itself: whether it, and not the service, was late. */
import { generatorTrouble, type GeneratorVerdict } from '../../analysis/verdicts.js';
import { formatDurationMs } from '../../core/duration.js';
import type { SenderAudit, WorkersSummary } from '../../load/sender.js';
import { capitalized, latencyText, numberText, percentText } from '../format.js';
import { html, type Content, type Markup } from './markup.js';
import { tableMarkup } from './tables.js';

/** A sentence and a table of what was measured. */
export function senderMarkup(generator: GeneratorVerdict): Markup {
  if (generator.kind === 'unknown' || generator.kind === 'modelled') {
    return html`<h3>The load generator</h3>
<p class="absent">Not audited: ${generator.because}.</p>\n`;
  }
  const { audit, engine, workers } = generator;
  const verdict =
    generator.kind === 'kept-up'
      ? "It kept up: every time is the service's own."
      : html`<span class="bad-text">${capitalized(generatorTrouble(generator, 'it fell behind'))}: ${generator.because}.</span> Response times and errors are not the service's.`;
  return html`<h3>The load generator</h3>
<p>${verdict}</p>
${tableMarkup({
  caption: 'What the load generator measured of itself',
  headings: [
    { title: 'of the load generator', align: 'left' },
    { title: 'measured', align: 'left' },
  ],
  rows: [['sent by', engine], ...workerRows(workers), ...auditRows(audit)],
  isCaptionHidden: true,
})}`;
}

function workerRows(workers: WorkersSummary | undefined): readonly (readonly [string, Content])[] {
  if (workers === undefined) return [];
  const { count, nodes, clockUncertaintyMs, missing } = workers;
  return [
    ['pods that sent', nodes === undefined ? count : `${count}, on ${nodes} of the nodes`],
    ['their clocks are known to within', latencyText(clockUncertaintyMs)],
    ['shares that are missing', missing.length === 0 ? 'none' : `${missing.length} of ${count}`],
  ];
}

function auditRows(audit: SenderAudit): readonly (readonly [string, Content])[] {
  const { sendLagP50Ms, sendLagP99Ms, sendLagMaxMs, eventLoopLagP99Ms } = audit;
  const { cpuMs, elapsedMs, machineShare, maxRssBytes, processes = 1 } = audit;
  const several = processes > 1;
  const cores = elapsedMs === 0 ? 0 : cpuMs / elapsedMs;
  const machine = machineShare === undefined ? '' : `, ${percentText(machineShare)} of the machine`;
  return [
    ['processes', processes],
    [
      'from due to sent, on a free connection',
      timesText([
        ['p50', sendLagP50Ms],
        ['p99', sendLagP99Ms],
        ['at most', sendLagMaxMs],
      ]),
    ],
    [
      `event loop late${several ? ', the worst process' : ''}`,
      timesText([['p99', eventLoopLagP99Ms]]),
    ],
    ['CPU', `${numberText(cores, 2)} of a core over ${formatDurationMs(elapsedMs)}${machine}`],
    ['stopped to collect garbage', pausesText(audit)],
    [
      `most memory${several ? ', the largest process' : ''}`,
      `${numberText(maxRssBytes / 2 ** 20)} MiB`,
    ],
  ];
}

function pausesText({ gcPauseMs, gcLongestMs }: SenderAudit): string {
  if (gcPauseMs === undefined) return NOT_MEASURED;
  const longest =
    gcLongestMs === undefined ? '' : `, at most ${latencyText(gcLongestMs)} at a time`;
  return `${latencyText(gcPauseMs)} in all${longest}`;
}

const NOT_MEASURED = 'not measured';

/** Those of the times that were measured. */
function timesText(times: readonly (readonly [name: string, ms: number | undefined])[]): string {
  const known = times.flatMap(([name, ms]) =>
    ms === undefined ? [] : [`${name} ${latencyText(ms)}`],
  );
  return known.length === 0 ? NOT_MEASURED : known.join(', ');
}
