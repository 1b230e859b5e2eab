/** `npm run controller:conformance -- FILE...`: our controllers against recordings of Kubernetes' own. */
import { Command } from 'commander';
import { NOT_OFFERED } from '../conformance/controllers/not-offered.js';
import { parseScenario } from '../conformance/controllers/scenario.js';
import { verdict } from '../conformance/controllers/verdict.js';
import { scenarioConformance } from './scenario-conformance.js';

/** Replays recorded scenarios on the virtual clock; sets the exit code to 4 when any differs. */
export function controllerConformanceCommand(): Command {
  return new Command('controller-conformance')
    .description("hold our controllers and scheduler against recordings of Kubernetes' own")
    .argument('<file...>', 'vector files: .jsonl or .jsonl.gz')
    .option('--only <text>', 'only scenarios whose name holds this text')
    .action(async (files: readonly string[], { only }: { readonly only?: string }) => {
      process.exitCode = await scenarioConformance({
        files,
        parse: parseScenario,
        play: verdict,
        notOffered: NOT_OFFERED,
        ...(only === undefined ? {} : { only }),
      });
    });
}
