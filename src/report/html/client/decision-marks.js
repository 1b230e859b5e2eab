/** The HPA's decisions as marks on the plot of the pods: one stop of the keyboard, arrows go from mark to mark. */

const GLYPHS = { up: '▲', down: '▼', held: '●', failed: '✕' };
const TIP_GAP_PX = 10;

/**
 * @param {import('./line-plot.js').LinePlot} plot - of the pods.
 * @param {import('./line-plot.js').PlotContext} context - of the page.
 */
export function addDecisionMarks(plot, { data, view }) {
  const { decisions } = data;
  if (decisions.length === 0) return;
  const row = document.createElement('div');
  row.className = 'marks';
  row.setAttribute('role', 'toolbar');
  row.setAttribute('aria-label', 'Decisions of the HPA; arrows go from one to the next');
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.id = 'decision-tip';
  tip.setAttribute('role', 'tooltip');
  tip.hidden = true;
  const marks = decisions.map((decision) => markOf(decision));
  row.append(...marks);
  plot.over.append(row);
  plot.place.append(tip);
  const place = () => {
    for (const [index, { ms }] of decisions.entries()) {
      const left = plot.leftOf(ms);
      const mark = marks[index];
      if (mark === undefined) continue;
      mark.hidden = left === undefined;
      mark.style.left = `${left ?? 0}px`;
    }
    const stop = marks.find((mark) => mark.tabIndex === 0 && !mark.hidden);
    if (stop === undefined)
      makeStop(
        marks,
        marks.find((mark) => !mark.hidden),
      );
  };
  makeStop(marks, marks[0]);
  for (const [index, mark] of marks.entries()) {
    const decision = decisions[index];
    if (decision === undefined) continue;
    const tell = () => {
      view.point(decision.ms);
      showTip(tip, plot, { mark, decision });
    };
    const hide = () => (tip.hidden = true);
    mark.addEventListener('focus', tell);
    mark.addEventListener('mouseenter', tell);
    mark.addEventListener('blur', hide);
    mark.addEventListener('mouseleave', hide);
    mark.addEventListener('click', () => openItem(decision.id));
  }
  row.addEventListener('keydown', (event) => moveAmong(marks, event, tip));
  view.onChange(place);
  new ResizeObserver(place).observe(plot.over);
  // Paper is another width, and nothing is observed while it is laid out.
  addEventListener('beforeprint', place);
  addEventListener('afterprint', place);
  place();
}

/**
 * Points at a decision in all plots while its list item has the focus or the mouse.
 *
 * @param {import('./line-plot.js').PlotContext} context - of the page.
 */
export function linkDecisionList({ data, view }) {
  const seen = new Set();
  for (const { id, ms } of data.decisions) {
    // of decisions that share an item the first is pointed at
    if (seen.has(id)) continue;
    seen.add(id);
    const item = document.getElementById(id);
    item?.addEventListener('focusin', () => view.point(ms));
    item?.addEventListener('mouseenter', () => view.point(ms));
  }
}

/** @param {import('../decision-section.js').DecisionMark} decision - to mark. */
function markOf({ kind, label }) {
  const mark = document.createElement('button');
  mark.type = 'button';
  mark.className = `mark ${kind}`;
  mark.textContent = GLYPHS[kind];
  mark.tabIndex = -1;
  mark.setAttribute('aria-label', `HPA at ${label}`);
  mark.setAttribute('aria-describedby', 'decision-tip');
  return mark;
}

/**
 * @param {readonly HTMLButtonElement[]} marks - of which one is reached by Tab.
 * @param {HTMLButtonElement | undefined} stop - that one.
 */
function makeStop(marks, stop) {
  for (const mark of marks) mark.tabIndex = mark === stop ? 0 : -1;
}

/**
 * @param {readonly HTMLButtonElement[]} marks - in order of time.
 * @param {KeyboardEvent} event - on one of them.
 * @param {HTMLElement} tip - of the marks.
 */
function moveAmong(marks, event, tip) {
  // What a mark takes, the plot under it is not to take too.
  event.stopPropagation();
  const shown = marks.filter((mark) => !mark.hidden);
  const at = shown.findIndex((mark) => mark === event.target);
  /** @type {Readonly<Record<string, number>>} */
  const targets = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: shown.length - 1 };
  if (event.key === 'Escape') tip.hidden = true;
  const next = shown[targets[event.key] ?? -1];
  if (next === undefined) return;
  event.preventDefault();
  makeStop(marks, next);
  next.focus();
}

/**
 * @param {HTMLElement} tip - to fill and to place.
 * @param {import('./line-plot.js').LinePlot} plot - in which it stands.
 * @param {{ readonly mark: HTMLElement, readonly decision: import('../decision-section.js').DecisionMark }} of -
 *   what it explains.
 */
function showTip(tip, plot, { mark, decision }) {
  const item = document.getElementById(decision.id);
  const title = document.createElement('strong');
  title.textContent = decision.label;
  const because = document.createElement('p');
  because.textContent = item?.querySelector('.because')?.textContent ?? '';
  const steps = document.createElement('pre');
  steps.textContent = (item?.querySelector('pre')?.textContent ?? '')
    .split('\n')
    .slice(1)
    .join('\n');
  tip.replaceChildren(title, because, steps);
  tip.hidden = false;
  const box = plot.place.getBoundingClientRect();
  const at = mark.getBoundingClientRect();
  const left = at.left - box.left + at.width / 2 - tip.offsetWidth / 2;
  tip.style.left = `${Math.max(0, Math.min(left, box.width - tip.offsetWidth))}px`;
  tip.style.top = `${at.bottom - box.top + TIP_GAP_PX}px`;
}

/** @param {string} id - of the list item to open and to go to. */
function openItem(id) {
  const details = document.getElementById(id)?.querySelector('details');
  if (details === null || details === undefined) return;
  details.open = true;
  const summary = details.querySelector('summary');
  summary?.scrollIntoView({ block: 'center' });
  summary?.focus({ preventScroll: true });
}
