#!/usr/bin/env node
/** The command line: parses arguments, turns signals into aborts and errors into exit codes. */
import { Command, CommanderError } from 'commander';
import { LabError } from './core/errors.js';
import { apiConformanceCommand } from './commands/api-conformance.js';
import { backtestCommand } from './commands/backtest.js';
import { capacityCommand } from './commands/capacity.js';
import { controllerConformanceCommand } from './commands/controller-conformance.js';
import { experimentCommand } from './commands/experiment.js';
import { explainCommand } from './commands/explain.js';
import { hpaConformanceCommand } from './commands/hpa-conformance-command.js';
import { loadCommand } from './commands/load.js';
import { profileCommand } from './commands/profile.js';
import { reportCommand } from './commands/report.js';
import { schemaCommand } from './commands/schema.js';

const USAGE_EXIT = 2;
const INTERNAL_EXIT = 1;

function program(): Command {
  const root = new Command('hpa-lab')
    .description('a load-testing and autoscaling lab for Kubernetes')
    .exitOverride()
    .showHelpAfterError('(--help tells more)');
  const commands = [
    experimentCommand(),
    loadCommand(),
    profileCommand(),
    capacityCommand(),
    reportCommand(),
    explainCommand(),
    backtestCommand(),
    hpaConformanceCommand(),
    apiConformanceCommand(),
    controllerConformanceCommand(),
    schemaCommand(),
  ];
  for (const command of commands) {
    root.addCommand(command.exitOverride());
  }
  return root;
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

// Nobody reads any more (`| head`): an orderly end, as for any other signal to stop.
let isUnread = false;
process.stdout.on('error', () => {
  if (!isUnread) process.kill(process.pid, 'SIGTERM');
  isUnread = true;
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
