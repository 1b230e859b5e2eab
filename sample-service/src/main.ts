/** Starts the service from its environment, and ends it when it is told to. */
import { hostname } from 'node:os';
import { type Config, readConfig } from './config.js';
import type { Service } from './service.js';

const EXIT_DONE = 0;
const EXIT_FAILED = 1;
const EXIT_BAD_CONFIGURATION = 2;

const read = readConfig(process.env);
if (read.kind === 'faults') {
  complain(['the environment is not as expected:', ...read.faults].join('\n  '));
  process.exitCode = EXIT_BAD_CONFIGURATION;
} else {
  // Whoever read our output may have ended first; that is no reason to lose requests.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  process.exitCode = await run(read.config, firstSignal());
  // Without waiting for what the runtime keeps open, such as clients that never hang up.
  process.exit();
}

/** Runs the service until a signal; gives the exit code. */
async function run(config: Config, signalled: Promise<NodeJS.Signals>): Promise<number> {
  // Loaded only now: most of the start's CPU time is in here, and a signal may come meanwhile.
  const [{ buildService }, { startFaults }, { shutDown }] = await Promise.all([
    import('./service.js'),
    import('./faults.js'),
    import('./shutdown.js'),
  ]);
  const { host, port, podName = hostname() } = config;
  const service = buildService({ config, podName, elapsedMs, log: complain });
  try {
    await service.app.listen({ host, port });
    const address = boundAddress(service);
    say(`${podName} listens on ${address} after ${Math.round(elapsedMs())} ms`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    complain(`cannot listen on ${host}, port ${port}: ${reason}`);
    return EXIT_FAILED;
  }
  startFaults(config, {
    elapsedMs: elapsedMs(),
    crash: () => {
      complain('ends, as CRASH_AFTER_MS says');
      process.exit(EXIT_FAILED);
    },
  });
  const signal = await signalled;
  say(`${podName} got ${signal}; finishes what is in flight`);
  const ending = await shutDown(service, config);
  if (ending === 'finished') say(`${podName} ends; everything was answered`);
  else complain(`${podName} ends; was not done after ${config.shutdownGraceMs} ms of grace`);
  return ending === 'finished' ? EXIT_DONE : EXIT_FAILED;
}

/** Where the service can really be reached: all addresses stay `0.0.0.0`, a port 0 is filled in. */
function boundAddress({ app }: Service): string {
  const bound = app.server.address();
  if (bound === null || typeof bound === 'string') return String(bound);
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `http://${host}:${bound.port}`;
}

/** The first signal to end; later ones change nothing, the grace period goes on. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
  });
}

/** Milliseconds since the process started. */
function elapsedMs(): number {
  return performance.now();
}

function say(line: string): void {
  process.stdout.write(`sample-service: ${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`sample-service: ${line}\n`);
}
