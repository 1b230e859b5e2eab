/** Runs `postStart` and `preStop`. */
import type { LifecycleHandler } from '../../core/objects.js';
import type { Cancel, Clock } from '../../time/clock.js';
import type { ActionResult, RunningContainer } from '../pod-runtime.js';

/** What a hook is run with. */
export interface HookRun {
  readonly handler: LifecycleHandler;
  readonly container: RunningContainer;
  readonly clock: Clock;
  /** Called once, later, unless cancelled. */
  readonly done: (result: ActionResult) => void;
}

/**
 * Runs a hook once. `sleep` waits, `exec` succeeds with exit code 0, `httpGet` with any answer at all.
 * `tcpSocket` is accepted by the API and fails, as upstream.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/lifecycle/handlers.go`, `Run`.
 */
export function runHook({ handler, container, clock, done }: HookRun): Cancel {
  const { sleep, exec, httpGet } = handler;
  if (exec !== undefined || httpGet !== undefined) return container.act(handler, done);
  if (sleep !== undefined) {
    return clock.after(sleep.seconds * 1_000, () => done({ kind: 'success' }));
  }
  return clock.after(0, () => done({ kind: 'failure', message: 'invalid handler' }));
}

/** How `ContainerEnding` runs `preStop`: it is through however it went. Absent when there is none. */
export function preStopHook(
  handler: LifecycleHandler | undefined,
  of: {
    readonly container: RunningContainer;
    readonly clock: Clock;
    readonly onFailure: () => void;
  },
): ((through: () => void) => Cancel) | undefined {
  if (handler === undefined) return undefined;
  const { container, clock, onFailure } = of;
  return (through) =>
    runHook({
      handler,
      container,
      clock,
      done: ({ kind }) => {
        if (kind === 'failure') onFailure();
        through();
      },
    });
}
