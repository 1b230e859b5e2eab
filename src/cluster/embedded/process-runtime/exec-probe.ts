/** Exec probes and hooks: a command in the container's environment and groups. */
import type { ProbeResult } from '../../../control-plane/pod-runtime.js';
import type { Cancel, Clock } from '../../../time/clock.js';
import { sendSignal } from '../run-guard/process-files.js';
import { findProgram, spawnGroup } from './spawned-process.js';
import type { SpawnOptions } from './spawned-process.js';

/** @see Source: kubernetes 1.36 `pkg/probe/exec/exec.go`, `maxReadLength`. */
const MAX_OUTPUT = 10_240;

/**
 * Runs the command once. Exit code 0 is success, its output is the message of a failure. Calls `done`
 * once, never after a cancel; the command is killed when its time is over.
 */
export function execProbe(
  probe: SpawnOptions & { readonly timeoutMs: number | undefined },
  clock: Clock,
  done: (result: ProbeResult) => void,
): Cancel {
  const [program = ''] = probe.argv;
  let isDone = false;
  let pid: number | undefined;
  const finish = (result: ProbeResult | undefined): void => {
    if (isDone) return;
    isDone = true;
    cancelTimer();
    if (pid !== undefined) sendSignal(-pid, 'SIGKILL');
    if (result !== undefined) done(result);
  };
  const failed = (message: string): void => finish({ kind: 'failure', message });
  const notRun = (because: string): void => finish({ kind: 'error', message: refusal(because) });
  const { timeoutMs } = probe;
  const late = (): void =>
    failed(
      `command timed out: "${probe.argv.join(' ')}" timed out after ${(timeoutMs ?? 0) / 1_000}s`,
    );
  const cancelTimer: Cancel =
    timeoutMs === undefined ? () => undefined : clock.after(timeoutMs, late);
  if (findProgram(program, probe.env, probe.workingDirectory) === undefined) {
    const because = `exec: "${program}": executable file not found in $PATH`;
    const cancel = clock.after(0, () => notRun(because));
    return () => {
      cancel();
      finish(undefined);
    };
  }
  const child = spawnGroup(probe);
  pid = child.pid;
  let output = '';
  const collect = (chunk: Buffer): void => {
    if (output.length < MAX_OUTPUT) output += chunk.toString('utf8');
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  child.on('error', (error) => notRun(error.message));
  child.on('close', (code) => {
    if (code === 0) finish({ kind: 'success' });
    else failed(output.slice(0, MAX_OUTPUT).trimEnd());
  });
  return () => finish(undefined);
}

/** What a container runtime says of a command that it cannot start. */
function refusal(because: string): string {
  return `rpc error: code = Unknown desc = failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: ${because}: unknown`;
}
