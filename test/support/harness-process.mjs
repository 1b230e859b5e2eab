// A harness for the clean-up tests: starts containers from the built code, tells of them, and waits
// for its end. Its one argument is JSON: { base, cpuLimits, accounting? }.
import { seededRandom } from '../../dist/core/random.js';
import { ProcessRuntime } from '../../dist/cluster/embedded/process-runtime/process-runtime.js';
import { RunGuard } from '../../dist/cluster/embedded/run-guard/run-guard.js';
import { WallClock } from '../../dist/time/wall-clock.js';

const { base, ...options } = JSON.parse(process.argv[2] ?? '{}');
const guard = RunGuard.start({ baseDirectory: base });
const runtime = await ProcessRuntime.start({
  clock: new WallClock(),
  random: seededRandom(process.pid),
  guard,
  cpuScale: 1,
  addresses: 'auto',
  ...options,
  images: { 'test:1': { command: [process.execPath, '-e'], env: {} } },
});

// One that burns CPU (so it is often stopped by a limiter), one with a child of its own session.
const scripts = [
  'console.log("up"); for (;;);',
  `require('node:child_process').spawn('sleep', ['1000'], { detached: true });
   console.log('up'); process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000);`,
];
const ignore = () => undefined;
let up = 0;
for (const [index, script] of scripts.entries()) {
  const container = {
    name: 'app',
    image: 'test:1',
    args: [script],
    resources: { limits: { cpu: '100m' } },
  };
  const pod = {
    metadata: { name: `p${index}`, uid: `p${index}` },
    spec: { containers: [container] },
  };
  const sandbox = runtime.openPod(pod);
  const env = new Map();
  sandbox.startContainer({ container, env, mounts: [], attempt: 0, onEvent: ignore });
  runtime.logs.get({ podUid: `p${index}`, container: 'app' }).follow({
    onLine: () => {
      up++;
      if (up === scripts.length) {
        const { cgroups } = runtime.abilities;
        const { runId, directory, reaperPid } = guard;
        console.log(JSON.stringify({ runId, directory, reaperPid, cgroups }));
      }
    },
    onEnd: () => undefined,
  });
}

process.on('SIGTERM', async () => {
  await runtime.close();
  guard.close();
  process.exit(0);
});
setInterval(() => undefined, 1000);
