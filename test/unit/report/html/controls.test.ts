import { describe, expect, it } from 'vitest';
import { fieldOf } from '../../../../src/core/json.js';

/** Plain JavaScript: its types are held by a project of its own. */
const controls: unknown = await import(
  new URL('../../../../src/report/html/client/controls.js', import.meta.url).href
);

function optionOf(view: { readonly fromMs: number; readonly toMs: number }): unknown {
  const stageShown = fieldOf(controls, 'stageShown');
  if (typeof stageShown !== 'function') throw new Error('expected a function');
  const stages = [{ name: 'spike', fromMs: 20_000, toMs: 50_000 }];
  const whole = { fromMs: 0, toMs: 90_000 };
  return Reflect.apply(stageShown, undefined, [{ stages }, { ...view, whole }]);
}

describe('what the plots say that they show', () => {
  it.each([
    { name: 'the whole run', view: { fromMs: 0, toMs: 90_000 }, option: '' },
    { name: 'a stage', view: { fromMs: 20_000, toMs: 50_000 }, option: '0' },
    { name: 'a part that is zoomed to', view: { fromMs: 30_000, toMs: 40_000 }, option: 'part' },
  ])('is $name', ({ view, option }) => {
    expect(optionOf(view)).toBe(option);
  });
});
