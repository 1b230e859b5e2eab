/** `npm run backtest -- <folder> --hpa other.yaml`: what another HPA would have decided in a run. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { HpaSync } from '../analysis/hpa-sync.js';
import { originMs } from '../analysis/hpa-syncs.js';
import { backtest, type BacktestedSync } from '../autoscaling/hpa/backtest.js';
import { defaultHpa } from '../autoscaling/hpa/defaults.js';
import { explainDecision } from '../autoscaling/hpa/explain.js';
import { clockText } from '../autoscaling/hpa/explain-words.js';
import { hpaFaults } from '../control-plane/kinds/hpa-validation.js';
import type { HorizontalPodAutoscaler } from '../core/autoscaling-objects.js';
import { LabError } from '../core/errors.js';
import { isHorizontalPodAutoscaler } from '../core/object-guards.js';
import { parseManifests } from '../experiment/manifests.js';
import { table } from '../report/table.js';
import { readTimeline } from '../run/read-timeline.js';
import { syncsOf } from './recorded-syncs.js';

interface BacktestOptions {
  readonly hpa: string;
  readonly explain: boolean;
}

/** Decides a run's recorded inputs again with another HPA, side by side. */
export function backtestCommand(): Command {
  return new Command('backtest')
    .description('what another HPA would have decided on the recorded inputs of a run')
    .argument('<folder>', 'a result folder: results/<experiment>/<run>')
    .requiredOption('--hpa <file>', 'a manifest with the other HorizontalPodAutoscaler')
    .option('--explain', 'explain each of its decisions', false)
    .action(async (folder: string, options: BacktestOptions) => {
      const hpa = readHpa(options.hpa);
      const { timeline } = await readTimeline(folder);
      const { syncs: recorded, settings } = syncsOf(timeline, folder);
      const syncs = recorded.map(({ decision, sync }) => ({ atMs: decision.atMs, sync }));
      const { note, syncs: tested } = backtest(syncs, hpa, settings);
      const startMs = originMs(timeline);
      const rows = tested.map((sync, index) => row(sync, recorded[index], startMs));
      process.stdout.write(`${table(COLUMNS, rows).join('\n')}\n\nNote: ${note}.\n`);
      if (!options.explain) return;
      for (const { decision } of tested) {
        process.stdout.write(`\n${explainDecision(decision, { startMs }).join('\n')}\n`);
      }
    });
}

const COLUMNS = [
  { title: 'at', align: 'right' },
  { title: 'pods', align: 'right' },
  { title: 'decided then', align: 'right' },
  { title: 'the other HPA', align: 'right' },
  { title: 'its reason', align: 'left' },
] as const;

function row(
  { atMs, recordedReplicas, decision }: BacktestedSync,
  recorded: HpaSync | undefined,
  startMs: number,
): readonly string[] {
  return [
    clockText(atMs, startMs),
    sizeText(recordedReplicas),
    sizeText(recorded?.decision.toReplicas),
    sizeText(decision.toReplicas),
    decision.kind === 'cannot-decide' ? 'cannot decide' : decision.reason,
  ];
}

function sizeText(replicas: number | undefined): string {
  return String(replicas ?? '-');
}

/** @throws {LabError} `MANIFEST_INVALID` with upstream's message and field path for what is refused. */
function readHpa(path: string): HorizontalPodAutoscaler {
  const parsed = parseManifests([{ path, text: readText(path) }]);
  if (parsed.kind === 'faults') throw new LabError('MANIFEST_INVALID', parsed.faults.join('\n'));
  const found = parsed.objects.filter(isHorizontalPodAutoscaler);
  const [hpa] = found;
  if (hpa === undefined || found.length > 1 || hpa.apiVersion !== 'autoscaling/v2') {
    const kinds = parsed.objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).join(', ');
    throw new LabError(
      'MANIFEST_INVALID',
      `${path}: expected one autoscaling/v2 HorizontalPodAutoscaler, got ${kinds === '' ? 'nothing' : kinds}`,
    );
  }
  const complete = defaultHpa(hpa);
  const faults = hpaFaults(complete);
  if (faults.length === 0) return complete;
  const lines = faults.map(({ field, message }) => `${path}: ${field}: ${message}`);
  throw new LabError('MANIFEST_INVALID', lines.join('\n'));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('MANIFEST_INVALID', `cannot read ${path}: ${reason}`, { cause: error });
  }
}
