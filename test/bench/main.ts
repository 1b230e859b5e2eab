/** `npm run bench [-- name...]`: every benchmark, or those named, as a table of medians. */
import { cpus } from 'node:os';
import { benchAgreement } from './agreement-bench.js';
import { benchAnalysis } from './analysis-bench.js';
import { benchBatch } from './batch-bench.js';
import { benchCluster } from './cluster-bench.js';
import { benchHpa } from './hpa-bench.js';
import { benchHtml } from './html-bench.js';
import { benchLoad } from './load-bench.js';
import { benchLoadMemory } from './load-memory-bench.js';
import { benchSimulated } from './simulated-bench.js';
import { benchWorkers } from './workers-bench.js';
import type { BenchFigure } from './figure.js';

const BENCHES: Readonly<Record<string, () => Promise<readonly BenchFigure[]>>> = {
  agreement: benchAgreement,
  analysis: benchAnalysis,
  batch: benchBatch,
  cluster: benchCluster,
  hpa: benchHpa,
  html: benchHtml,
  load: benchLoad,
  'load-memory': benchLoadMemory,
  simulated: benchSimulated,
  workers: benchWorkers,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  const known = Object.keys(BENCHES).join(', ');
  process.stderr.write(`expected benchmarks out of ${known}, got ${unknown.join(', ')}\n`);
  process.exit(2);
}
process.stdout.write(`Node ${process.version}, ${cpus().length} cores; medians\n\n`);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`${name}\n`);
  for (const figure of await bench()) process.stdout.write(`  ${row(figure)}\n`);
}

function row({ name, value, unit, limit, limitIs = 'at-most', note }: BenchFigure): string {
  const figure = `${Number(value.toPrecision(4))} ${unit}`;
  const isMet = limit === undefined || (limitIs === 'at-most' ? value <= limit : value >= limit);
  const bound = limit === undefined ? '' : `${limitIs.replace('-', ' ')} ${limit} ${unit}`;
  const verdict = limit === undefined ? '' : isMet ? 'met' : 'MISSED';
  return [name.padEnd(58), figure.padStart(14), bound.padStart(22), verdict.padEnd(7), note ?? '']
    .join('  ')
    .trimEnd();
}
