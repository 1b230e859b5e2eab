/** `npm run api:conformance -- FILE...`: our API server against recordings of Kubernetes' own. */
import { Command } from 'commander';
import { NOT_OFFERED } from '../conformance/api/not-offered.js';
import { VectorPlayer } from '../conformance/api/play.js';
import { parseScenario } from '../conformance/api/scenario.js';
import { scenarioConformance } from './scenario-conformance.js';

/** Replays recorded exchanges on the virtual clock; sets the exit code to 4 when any differs. */
export function apiConformanceCommand(): Command {
  return new Command('api-conformance')
    .description("hold our API server against recordings of Kubernetes' own")
    .argument('<file...>', 'vector files: .jsonl or .jsonl.gz')
    .option('--only <text>', 'only scenarios whose name holds this text')
    .action(async (files: readonly string[], { only }: { readonly only?: string }) => {
      const player = new VectorPlayer();
      process.exitCode = await scenarioConformance({
        files,
        parse: parseScenario,
        play: (scenario) => {
          const difference = player.play(scenario);
          return difference === undefined ? [] : [difference];
        },
        notOffered: NOT_OFFERED,
        ...(only === undefined ? {} : { only }),
      });
    });
}
