/** The command line of `npm run hpa:conformance`. */
import { Command, Option } from 'commander';
import type { CarriedState } from '../autoscaling/hpa-vectors/replay.js';
import { hpaConformance } from './hpa-conformance.js';

/** Replays recorded decisions of Kubernetes' own HPA; sets the exit code to 4 when any step differs. */
export function hpaConformanceCommand(): Command {
  return new Command('hpa-conformance')
    .description("hold our HPA against recorded decisions of Kubernetes' own")
    .argument('<file...>', 'vector files: .jsonl or .jsonl.gz')
    .addOption(
      new Option('--state <whose>', 'whose outputs carry over from step to step')
        .choices(['ours', 'upstream'])
        .default('ours'),
    )
    .action(async (files: readonly string[], { state }: { readonly state: CarriedState }) => {
      process.exitCode = await hpaConformance(files, { state });
    });
}
