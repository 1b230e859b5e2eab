/** `npm run load -- --url ...`: sends a profile at any URL, without a cluster. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { loadFigures, type SentLoad } from '../analysis/load-figures.js';
import { LabError } from '../core/errors.js';
import { processFaults } from '../load/plan-shares.js';
import { targetOf } from '../load/senders/engine-options.js';
import { engineFaults, planFaults } from '../load/senders/plan-faults.js';
import { ProcessSender } from '../load/senders/process-sender.js';
import { reachTarget } from '../load/senders/reach-target.js';
import { loadReport } from '../report/load-json.js';
import { loadText, planText } from '../report/load-text.js';
import { loadLine, loadView } from '../report/load-view.js';
import { machineEnvironment } from '../run/environment.js';
import { LoadRun } from '../run/run-load.js';
import type { Clock } from '../time/clock.js';
import { WallClock } from '../time/wall-clock.js';
import { type LoadFlags, type LoadJob, loadJob } from './load-flags.js';
import { Redraw } from './redraw.js';
import { stopOnSignals } from './stop-signals.js';

const DEFAULT_COLUMNS = 100;

/** Sends a load, shows it, and tells what became of it. */
export function loadCommand(): Command {
  return new Command('load')
    .description('send load to a URL, without a cluster, and tell what became of it')
    .option('--url <url>', 'where to: http://127.0.0.1:8080/work')
    .option('--rate <rate>', 'arrivals: 500 (a second), 500/s, 30000/min')
    .option('--duration <time>', 'how long: 10s, 1m30s')
    .option('--concurrency <users>', 'closed model instead: users that wait for their answers')
    .option('--profile <file>', 'stages instead: an experiment, or a file with `stages:`')
    .option('--requests <file>', 'what is asked: a file as under `load:` of an experiment')
    .option('--method <method>', 'GET, POST, ...')
    .option('--header <text>', '"name: value"; may be repeated', collected)
    .option('--body <text>', 'body of each request')
    .option('--spacing <kind>', 'even or poisson')
    .option(
      '--connections <kind>',
      'keep-alive (the default, unless --profile says) or per-request',
    )
    .option('--timeout <time>', 'for an answer, from the send; 5s by default')
    .option('--max-in-flight <n>', 'requests under way at once; beyond it arrivals are dropped')
    .option('--max-connections <n>', 'connections open at once; as many as --max-in-flight')
    .option('--seed <n>', 'of everything random')
    .option('--engine <name>', 'auto, socket, undici or autocannon')
    .option('--processes <n>', 'sender processes; auto (the default): by rate and cores')
    .option('--json <file>', 'write the report as JSON, with every second')
    .option('--insecure', 'accept any certificate of an https target')
    .option('--ci', 'plain lines instead of the live view', process.env['CI'] !== undefined)
    .option('--yes-i-own-this-target', 'allow a target that is not this machine')
    .action(async (flags: LoadFlags) => {
      await sendAndTell(loadJob(flags), flags.ci === true);
    });
}

function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

async function sendAndTell(job: LoadJob, isPlain: boolean): Promise<void> {
  const clock = new WallClock();
  refuseUnsendable(job);
  await refuseUnreachable(job, clock);
  const { url, baseUrl, plan, engine, processes } = job;
  process.stdout.write(`${url}: ${planText(plan)}\n\n`);
  const stop = stopOnSignals('ending the load');
  const run = new LoadRun({
    plan,
    baseUrl,
    url,
    sender: new ProcessSender({ clock, engine, processes }),
    clock,
  });
  const display = new Redraw({
    clock,
    isPlain,
    view: (columns) => loadView(run.snapshot(), columns),
    line: () => loadLine(run.snapshot()),
  });
  try {
    const sending = run.send(stop.signal);
    display.changed();
    const sent = await sending;
    display.close();
    tell(job, sent, run.startAtMs ?? clock.now());
    refuseHalf(sent);
  } finally {
    display.close();
    stop.dispose();
  }
}

function refuseUnsendable({ plan, baseUrl, engine, processes }: LoadJob): void {
  const faults = [
    ...planFaults(plan, baseUrl),
    ...engineFaults(engine, plan, baseUrl),
    ...processFaults(plan, processes),
  ];
  if (faults.length > 0) {
    throw new LabError('LOAD_INVALID', `the load cannot be sent:\n  ${faults.join('\n  ')}`);
  }
}

async function refuseUnreachable(job: LoadJob, clock: Clock): Promise<void> {
  const target = targetOf(job.baseUrl);
  if (target === undefined) return; // refused before
  const reach = await reachTarget(target, { clock, isForeignAllowed: job.isForeignAllowed });
  if (reach.kind === 'unreachable') {
    throw new LabError('LOAD_INVALID', `--url ${job.url}: ${reach.because}; nothing was sent`, {
      hint: 'start the service first, and look at host and port',
    });
  }
  if (reach.kind === 'not-loopback') {
    const at = reach.addresses.filter((address) => address !== target.host).join(', ');
    const where = at === '' ? target.host : `${target.host} at ${at}`;
    throw new LabError(
      'USAGE',
      `--url ${job.url}: expected a target on this machine, found ${where}; nothing was sent`,
      {
        hint: 'load can take a service down: with --yes-i-own-this-target you say that this one is yours to test',
      },
    );
  }
}

function tell({ url, plan, jsonPath }: LoadJob, sent: SentLoad, startAtMs: number): void {
  const figures = loadFigures(sent);
  const columns = process.stdout.columns ?? DEFAULT_COLUMNS;
  process.stdout.write(`\n${loadText(figures, plan, columns)}`);
  if (jsonPath === undefined) return;
  const facts = {
    url,
    startedAt: new Date(startAtMs).toISOString(),
    environment: machineEnvironment(),
  };
  writeFileSync(jsonPath, `${JSON.stringify(loadReport(figures, plan, facts), null, 2)}\n`);
  process.stdout.write(`\nwritten: ${jsonPath}\n`);
}

function refuseHalf({ end }: SentLoad): void {
  if (end.kind === 'interrupted') {
    throw new LabError('INTERRUPTED', `stopped by ${end.because}`, {
      hint: 'what was sent until then is told above',
    });
  }
  if (end.kind === 'failed') throw new LabError('SENDER_FAILED', end.because);
}
