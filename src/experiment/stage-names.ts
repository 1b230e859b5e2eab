/** Names of stages as reports tell them, those of sequences spelt out. */
import { fieldOf } from '../core/json.js';

/** The name of a sequence's stage in one of its rounds: `pulse-2-up`, or `pulse-up` where there is one round. */
export function nameInSequence(
  sequence: { readonly name: string; readonly repeat: number },
  stage: string,
  round: number,
): string {
  const { name, repeat } = sequence;
  return repeat === 1 ? `${name}-${stage}` : `${name}-${round}-${stage}`;
}

/**
 * The names of stages as a file writes them, faults and all, in the order of the profile; undefined while
 * one has no name that could be compared.
 */
export function stageNames(stages: readonly unknown[]): readonly string[] | undefined {
  const names: string[] = [];
  for (const stage of stages) {
    const name = fieldOf(stage, 'name');
    if (typeof name !== 'string') return undefined;
    const inner = fieldOf(stage, 'stages');
    if (fieldOf(stage, 'kind') !== 'sequence' || !Array.isArray(inner)) {
      names.push(name);
      continue;
    }
    const innerNames = stageNames(inner);
    if (innerNames === undefined) return undefined;
    const repeat = roundsOf(stage);
    for (let round = 1; round <= repeat; round++) {
      names.push(...innerNames.map((each) => nameInSequence({ name, repeat }, each, round)));
    }
  }
  return names;
}

/** What is no number of rounds is told elsewhere. */
function roundsOf(stage: unknown): number {
  const repeat = fieldOf(stage, 'repeat');
  return typeof repeat === 'number' && Number.isSafeInteger(repeat) && repeat > 0 && repeat <= 1_000
    ? repeat
    : 1;
}
