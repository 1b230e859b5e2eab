/** Compares what an HPA did: sizes, reasons and states in order, and about when. */
import type { Recording } from './scenario.js';

/** A sync takes its time, so that later ones come later and later: about this share of the time. */
const DRIFT = 0.02;
/** And this much at any time. */
const TOLERANCE_MS = 1_500;

interface Rescale {
  readonly t: number;
  readonly text: string;
}

/** What differs, a line each. */
export function autoscalingDifferences(expected: Recording, actual: Recording): readonly string[] {
  const [wanted, got] = [rescales(expected), rescales(actual)];
  return [
    ...unequal('final HPAs', finalAutoscalers(expected), finalAutoscalers(actual)),
    ...unequal('HPA sizes in order', sizes(expected), sizes(actual)),
    ...unequal('HPA conditions in order', conditionOrder(expected), conditionOrder(actual)),
    ...unequal('HPA warnings', warnings(expected), warnings(actual)),
    ...unequal(
      'rescales',
      wanted.map(({ text }) => text),
      got.map(({ text }) => text),
    ),
    ...wanted.flatMap(({ t, text }, index) => {
      const other = got[index]?.t ?? t;
      if (Math.abs(other - t) <= TOLERANCE_MS + DRIFT * t) return [];
      return [`time of ${text}: expected ${t} ms, got ${other} ms`];
    }),
  ];
}

function unequal(what: string, expected: unknown, found: unknown): readonly string[] {
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(found)];
  return wanted === got ? [] : [`${what}: expected ${wanted}, got ${got}`];
}

function isAutoscaler(kind: string | undefined): boolean {
  return kind === 'HorizontalPodAutoscaler';
}

function rescales({ records }: Recording): readonly Rescale[] {
  return records
    .filter(({ kind, reason }) => kind === 'Event' && reason === 'SuccessfulRescale')
    .map(({ t, object, message }) => ({ t, text: `${object}: ${message}` }));
}

/** Each once: how often a warning came back is a matter of how many syncs there were. */
function warnings({ records }: Recording): readonly string[] {
  const texts = records
    .filter(
      ({ kind, type, object }) =>
        kind === 'Event' && type === 'Warning' && isAutoscaler(object?.split('/')[0]),
    )
    .map(({ reason, message }) => `${reason}: ${message}`);
  return [...new Set(texts)];
}

function sizes({ records }: Recording): readonly string[] {
  return inOrder(
    records
      .filter(({ kind, op }) => isAutoscaler(kind) && op !== 'action' && op !== 'del')
      .map(({ name, status }) => `${name} ${status?.desiredReplicas}`),
  );
}

/** Status and reason of each condition, in order. */
function conditionOrder({ records }: Recording): Readonly<Record<string, readonly string[]>> {
  const orders = new Map<string, string[]>();
  for (const { kind, name, status } of records) {
    if (!isAutoscaler(kind)) continue;
    for (const { type, status: value, reason } of status?.conditions ?? []) {
      const id = `${name} ${type}`;
      orders.set(id, [...(orders.get(id) ?? []), `${value} ${reason}`]);
    }
  }
  return Object.fromEntries(
    [...orders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, order]) => [id, inOrder(order)]),
  );
}

/** Without what only repeats the one before. */
function inOrder(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => text !== texts[index - 1]);
}

function finalAutoscalers({ final }: Recording): readonly unknown[] {
  return Object.entries(final)
    .filter(([id]) => isAutoscaler(id.split('/')[0]))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { spec, status }]) => ({
      id,
      minReplicas: spec?.minReplicas,
      maxReplicas: spec?.maxReplicas,
      currentReplicas: status?.currentReplicas,
      desiredReplicas: status?.desiredReplicas,
      conditions: (status?.conditions ?? [])
        .map(({ type, status: value, reason, message }) => `${type} ${value} ${reason}: ${message}`)
        .sort(),
    }));
}
