// A harness of its own process that sends a load until it is killed: `node sending-harness.mjs DIST URL`.
// Prints the sender's process id.
import { pathToFileURL } from 'node:url';

const [dist, baseUrl] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${dist}/${path}`).href);
const { ProcessSender } = await load('load/senders/process-sender.js');
const { oneRequest } = await load('load/request-spec.js');
const { WallClock } = await load('time/wall-clock.js');

const clock = new WallClock();
const sender = new ProcessSender({
  clock,
  engine: 'socket',
  onStarted: (pid) => process.stdout.write(`${pid}\n`),
});
await sender.send(
  {
    load: {
      model: 'open',
      spacing: 'even',
      profile: {
        stages: [{ kind: 'constant', name: 'c', durationMs: 60_000, ratePerSecond: 20 }],
      },
    },
    requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
    connections: { kind: 'keep-alive' },
    maxConnections: 10,
    maxInFlight: 10,
    timeoutMs: 1_000,
    seed: 1,
  },
  {
    baseUrl,
    startAtMs: clock.now(),
    signal: new AbortController().signal,
    onSecond: () => {},
    onProgress: () => {},
  },
);
