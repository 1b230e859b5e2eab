/** A process runtime without a kubelet, for tests that start containers themselves. */
import type { Container, Pod } from '../../src/core/objects.js';
import { seededRandom } from '../../src/core/random.js';
import type { ContainerEvent, RunningContainer } from '../../src/control-plane/pod-runtime.js';
import { ProcessRuntime } from '../../src/cluster/embedded/process-runtime/process-runtime.js';
import type { ProcessRuntimeOptions } from '../../src/cluster/embedded/process-runtime/process-runtime.js';
import { RunGuard } from '../../src/cluster/embedded/run-guard/run-guard.js';
import { WallClock } from '../../src/time/wall-clock.js';

/** See the file's first line. */
export interface ProcessWorld {
  readonly clock: WallClock;
  readonly guard: RunGuard;
  readonly runtime: ProcessRuntime;
  /** Starts a Node script as the only container of a pod of that name. */
  readonly run: (name: string, script: string, container?: Partial<Container>) => StartedContainer;
  readonly close: () => Promise<void>;
}

/** One started container. */
interface StartedContainer {
  readonly container: RunningContainer;
  readonly events: readonly ContainerEvent[];
  readonly lines: () => readonly string[];
  /** Waits for a line that matches and gives its first group. */
  readonly line: (pattern: RegExp) => Promise<string>;
}

/** Starts a runtime; absent options are the defaults of an experiment with a scale of 1. */
export async function aProcessWorld(
  options: Partial<ProcessRuntimeOptions> = {},
): Promise<ProcessWorld> {
  const clock = new WallClock();
  const guard = RunGuard.start();
  const runtime = await ProcessRuntime.start({
    clock,
    random: seededRandom(process.pid),
    guard,
    images: { 'node:test': { command: [process.execPath, '-e'], env: {} } },
    cpuScale: 1,
    addresses: 'auto',
    cpuLimits: 'auto',
    ...options,
  });
  const run = (name: string, script: string, fields: Partial<Container> = {}): StartedContainer => {
    const container = { name: 'app', image: 'node:test', args: [script], ...fields };
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, uid: name },
      spec: { containers: [container] },
    };
    const events: ContainerEvent[] = [];
    const started = runtime.openPod(pod).startContainer({
      container,
      env: new Map(),
      mounts: [],
      attempt: 0,
      onEvent: (event) => events.push(event),
    });
    const lines = (): readonly string[] =>
      runtime.logs.get({ podUid: name, container: 'app' })?.lines.map(({ text }) => text) ?? [];
    const line = async (pattern: RegExp): Promise<string> => {
      for (const endMs = clock.now() + 15_000; clock.now() < endMs; await clock.sleep(10)) {
        const match = lines()
          .map((text) => pattern.exec(text))
          .find((found) => found !== null);
        if (match !== undefined && match !== null) return match[1] ?? match[0];
      }
      throw new Error(`no line matches ${pattern}; wrote:\n${lines().join('\n')}`);
    };
    return { container: started, events, lines, line };
  };
  return {
    clock,
    guard,
    runtime,
    run,
    close: async () => {
      await runtime.close();
      guard.close();
    },
  };
}
