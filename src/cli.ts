#!/usr/bin/env node
/** The command line: parses arguments, turns signals into aborts and errors into exit codes. */
import { Command, CommanderError } from 'commander';
import { LabError } from './core/errors.js';
import { outliveReaders } from './process/closed-output.js';

const USAGE_EXIT = 2;
const INTERNAL_EXIT = 1;

/** Each is loaded only when it is the one: sending load to a URL needs no cluster's code. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  experiment: async () => (await import('./commands/experiment.js')).experimentCommand(),
  cluster: async () => (await import('./commands/cluster.js')).clusterCommand(),
  gc: async () => (await import('./commands/gc.js')).gcCommand(),
  image: async () => (await import('./commands/image.js')).imageCommand(),
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand(),
  load: async () => (await import('./commands/load.js')).loadCommand(),
  'load-worker': async () => (await import('./commands/load-worker.js')).loadWorkerCommand(),
  profile: async () => (await import('./commands/profile.js')).profileCommand(),
  capacity: async () => (await import('./commands/capacity.js')).capacityCommand(),
  report: async () => (await import('./commands/report.js')).reportCommand(),
  compare: async () => (await import('./commands/compare.js')).compareCommand(),
  baseline: async () => (await import('./commands/baseline.js')).baselineCommand(),
  explain: async () => (await import('./commands/explain.js')).explainCommand(),
  calibrate: async () => (await import('./commands/calibrate.js')).calibrateCommand(),
  backtest: async () => (await import('./commands/backtest.js')).backtestCommand(),
  'hpa-conformance': async () =>
    (await import('./commands/hpa-conformance-command.js')).hpaConformanceCommand(),
  'api-conformance': async () =>
    (await import('./commands/api-conformance.js')).apiConformanceCommand(),
  'controller-conformance': async () =>
    (await import('./commands/controller-conformance.js')).controllerConformanceCommand(),
  schema: async () => (await import('./commands/schema.js')).schemaCommand(),
};

/** The command that is asked for; all of them when none is, for help and for what is misspelt. */
async function program(): Promise<Command> {
  const root = new Command('hpa-lab')
    .description('a load-testing and autoscaling lab for Kubernetes')
    .exitOverride()
    .configureOutput({ outputError: writeUsageError })
    .showHelpAfterError('hint: --help tells what there is');
  const name = process.argv[2] ?? '';
  const asked = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const load = asked === undefined ? Object.values(COMMANDS) : [asked];
  const commands = await Promise.all(load.map((make) => make()));
  for (const command of commands) {
    const script = command.name().replace('-conformance', ':conformance');
    root.addCommand(
      command
        .exitOverride()
        .configureOutput({ outputError: writeUsageError })
        .showHelpAfterError(`hint: npm run ${script} -- --help tells what there is`),
    );
  }
  return root;
}

/** A fault of the command line that Commander finds, in the form of all others. */
function writeUsageError(text: string, write: (text: string) => void): void {
  write(`\n${text.replace(/^error:/, 'error USAGE:')}`);
}

/** Prints an error as a user reads it and gives its exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT;
  if (error instanceof LabError) {
    process.stderr.write(`\nerror ${error.code}: ${error.message}\n`);
    if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`);
    if (error.code === 'INTERNAL' && error.stack !== undefined) process.stderr.write(error.stack);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `\nerror INTERNAL: ${text}\nhint: this is a fault of hpa-lab; please report it\n`,
  );
  return INTERNAL_EXIT;
}

outliveReaders();

try {
  const root = await program();
  await root.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
