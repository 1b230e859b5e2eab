/** What of a load its seed decides, in words. */
import type { LoadPlan } from './sender.js';
import type { RequestSpec, SessionSpec } from './request-spec.js';
import { parseTemplate } from './request-template.js';

/** Everything of a plan that is random, so that another seed gives another load; empty when nothing is. */
export function randomParts({ load, requests }: LoadPlan): readonly string[] {
  const isOpen = load.model === 'open';
  const stages = load.model === 'open' ? load.profile.stages : [];
  const parts: readonly (readonly [string, boolean])[] = [
    ['the gaps between arrivals', isOpen && load.spacing === 'poisson'],
    ['the rates of random walks', stages.some(({ kind }) => kind === 'random-walk')],
    ['which request an arrival is', requests.length > 1],
    ['values in requests', requests.some(hasRandomValues)],
    ['think times', requests.some(hasRandomThinkTime)],
  ];
  return parts.filter(([, isRandom]) => isRandom).map(([name]) => name);
}

function hasRandomValues({ values, steps }: SessionSpec): boolean {
  const texts = [...Object.values(values), ...steps.flatMap(({ request }) => textsOf(request))];
  return texts.some((text) =>
    parseTemplate(text).parts.some(
      ({ kind }) => kind === 'uuid' || kind === 'int' || kind === 'choice',
    ),
  );
}

function textsOf({ path, headers, body }: RequestSpec): readonly string[] {
  return [path, ...Object.values(headers), ...(body === undefined ? [] : [body])];
}

function hasRandomThinkTime({ steps }: SessionSpec): boolean {
  return steps.some(({ thinkTime }) => thinkTime !== undefined && thinkTime.kind !== 'fixed');
}
