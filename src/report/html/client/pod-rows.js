/** The rows of the pods follow the part of time that the plots show, and their cursor. */
import { clock } from './value-text.js';

const BAR_UNITS = 1_000;
const BAR_HEIGHT = 16;
const TICKS = 5;

/**
 * @param {HTMLElement} pods - the rows with their axis.
 * @param {import('./line-plot.js').PlotContext} context - of the page.
 */
export function linkPodRows(pods, { view }) {
  const bars = [...pods.querySelectorAll('svg.bar')];
  const axis = pods.querySelector('.pod-axis');
  if (!(axis instanceof HTMLElement)) return;
  const cursor = document.createElement('div');
  cursor.className = 'pod-cursor';
  const ticks = Array.from({ length: TICKS }, () => document.createElement('span'));
  axis.append(cursor, ...ticks);
  const wholeMs = view.whole.toMs - view.whole.fromMs;
  view.onChange(() => {
    const shownMs = view.toMs - view.fromMs;
    const x = ((view.fromMs - view.whole.fromMs) / wholeMs) * BAR_UNITS;
    const box = `${x} 0 ${(shownMs / wholeMs) * BAR_UNITS} ${BAR_HEIGHT}`;
    for (const each of bars) each.setAttribute('viewBox', box);
    for (const [index, tick] of ticks.entries()) {
      tick.textContent = clock(view.fromMs + (shownMs * index) / (TICKS - 1));
    }
    const share = view.cursorMs === undefined ? -1 : (view.cursorMs - view.fromMs) / shownMs;
    cursor.hidden = share < 0 || share > 1;
    cursor.style.left = `${share * 100}%`;
  });
}
