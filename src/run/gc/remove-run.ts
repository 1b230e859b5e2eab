/** Removes what a run left, and puts back what it changed. */
import { type ApiPort, ApiRefusal, findObject } from '../../cluster/api-port.js';
import { fieldOf, valueAt } from '../../core/json.js';
import { restoringPatch } from '../../core/original.js';
import type { Clock } from '../../time/clock.js';
import type { LeftRun } from './leftovers.js';
import type { ListedObject } from './list-resources.js';

/** What became of it. */
export interface Removal {
  readonly removed: readonly ListedObject[];
  readonly restored: readonly ListedObject[];
  /** What is still there, and why. */
  readonly left: readonly { readonly object: ListedObject; readonly because: string }[];
}

const POLL_MS = 500;
const MERGE_PATCH = 'application/merge-patch+json';
const NOT_FOUND = 404;

/**
 * Puts back first, then deletes, then waits until namespaces are gone.
 *
 * @param options - `patienceMs`: how long namespaces may take; those that take longer are in `left`, with what
 *   their conditions say.
 * @throws {ApiUnreachable} when the server does not answer.
 */
export async function removeRun(
  api: ApiPort,
  run: LeftRun,
  { clock, patienceMs }: { readonly clock: Clock; readonly patienceMs: number },
): Promise<Removal> {
  const left: { object: ListedObject; because: string }[] = [];
  const restored = await each(run.changed, left, (one) => restore(api, one));
  const asked = await each(run.made, left, (one) => remove(api, one));
  const removed: ListedObject[] = [];
  const endMs = clock.now() + patienceMs;
  for (const one of asked) {
    const because = await whyStillThere(api, one, { clock, endMs });
    if (because === undefined) removed.push(one);
    else left.push({ object: one, because });
  }
  return { removed, restored, left };
}

/** Those for which the task went well; a refusal is a reason for the others. */
async function each(
  objects: readonly ListedObject[],
  left: { object: ListedObject; because: string }[],
  task: (object: ListedObject) => Promise<void>,
): Promise<readonly ListedObject[]> {
  const done: ListedObject[] = [];
  for (const object of objects) {
    try {
      await task(object);
      done.push(object);
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      if (error.status === NOT_FOUND) done.push(object);
      else left.push({ object, because: error.message });
    }
  }
  return done;
}

async function restore(api: ApiPort, { object, path }: ListedObject): Promise<void> {
  const patch = restoringPatch(object);
  if (patch === undefined) {
    throw new ApiRefusal(0, {
      message: 'what it was before cannot be read from its annotation hpa-lab.dev/original',
    });
  }
  await api.call({ method: 'PATCH', path, body: patch, contentType: MERGE_PATCH });
}

async function remove(api: ApiPort, { path }: ListedObject): Promise<void> {
  await api.call({ method: 'DELETE', path, query: { propagationPolicy: 'Background' } });
}

/** Undefined when it went in time. Of other kinds than namespaces nothing is waited for. */
async function whyStillThere(
  api: ApiPort,
  { object, path }: ListedObject,
  { clock, endMs }: { readonly clock: Clock; readonly endMs: number },
): Promise<string | undefined> {
  if (object.kind !== 'Namespace') return undefined;
  for (;;) {
    const present = await findObject(api, path);
    if (present === undefined) return undefined;
    if (clock.now() >= endMs) return whyTerminating(present);
    await clock.sleep(POLL_MS);
  }
}

/**
 * What keeps a namespace that is being deleted, by its own conditions.
 *
 * @see Source: kubernetes 1.36 `pkg/controller/namespace/deletion/status_condition_utils.go`.
 */
export function whyTerminating(namespace: unknown): string {
  const conditions = valueAt(namespace, ['status', 'conditions']);
  const told = (Array.isArray(conditions) ? conditions : [])
    .filter((condition: unknown) => fieldOf(condition, 'status') === 'True')
    .map((condition: unknown) =>
      String(fieldOf(condition, 'message') ?? fieldOf(condition, 'type')),
    );
  return told.length === 0
    ? 'still being deleted, and its status does not say what it waits for'
    : told.join('; ');
}
