/**
 * What tests ask of a page, run within it. Each function is sent to the browser as source: nothing outside
 * of it can be used. JavaScript, because a page has other globals than Node; `in-page.d.ts` has the types.
 */

/**
 * Contrast is as WCAG 2.1 defines it: relative luminance, success criteria 1.4.3 and 1.4.11.
 *
 * @returns {readonly string[]} each text below 4.5 (or 3 for large text) and each color of a legend below
 *   3, such as `span.faint text 3.90: "0:29"`.
 */
export function contrastFaults() {
  /** @typedef {readonly [number, number, number, number]} Color */
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  /** @type {Set<string>} */
  const faults = new Set();

  /**
   * @param {string} css - any color: a canvas reads every one that CSS can write.
   * @returns {Color} red, green, blue and the share of them.
   */
  function colorOf(css) {
    if (canvas === null) throw new Error('expected a canvas, got none');
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  /**
   * @param {Color} top - that lets some of what is below through.
   * @param {Color} below - opaque.
   * @returns {Color} what is seen.
   */
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- the browser gets this function alone
  function over([red, green, blue, share], below) {
    const rest = 1 - share;
    return [
      red * share + below[0] * rest,
      green * share + below[1] * rest,
      blue * share + below[2] * rest,
      1,
    ];
  }

  /**
   * @param {Element | null} element - of the page.
   * @returns {Color} what is behind its text.
   */
  function backgroundOf(element) {
    if (element === null) return [255, 255, 255, 1];
    const own = colorOf(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, backgroundOf(element.parentElement));
  }

  /** @param {Color} color - opaque. */
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- the browser gets this function alone
  function luminance(color) {
    const [red = 0, green = 0, blue = 0] = color.slice(0, 3).map((channel) => {
      const share = channel / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  /**
   * @param {Element} element - whose color is looked at.
   * @param {number} least - contrast.
   * @param {'text' | 'swatch'} what - it is.
   */
  function check(element, least, what) {
    const behind = backgroundOf(what === 'swatch' ? element.parentElement : element);
    const seen = over(colorOf(getComputedStyle(element).color), behind);
    const [low = 0, high = 0] = [luminance(seen), luminance(behind)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio >= least) return;
    const name = `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`;
    faults.add(`${name} ${what} ${ratio.toFixed(2)}: "${element.textContent.trim().slice(0, 40)}"`);
  }

  for (const element of document.body.querySelectorAll('*')) {
    const hasText = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
    );
    if (!hasText || !element.checkVisibility() || element.closest('noscript, svg') !== null)
      continue;
    const { fontSize, fontWeight } = getComputedStyle(element);
    const px = Number.parseFloat(fontSize);
    const isLarge = px >= 24 || (px >= 18.66 && Number(fontWeight) >= 700);
    check(element, isLarge ? 3 : 4.5, 'text');
  }
  for (const swatch of document.querySelectorAll('.swatch')) check(swatch, 3, 'swatch');
  return [...faults];
}

/**
 * @param {HTMLCanvasElement} canvas - of a plot.
 * @returns {number} pixels that are not empty.
 */
export function inkOf(canvas) {
  const { width, height } = canvas;
  // A copy: reading the canvas itself makes the browser complain on the console.
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  copy?.drawImage(canvas, 0, 0);
  const { data = [] } = copy?.getImageData(0, 0, width, height) ?? {};
  let pixels = 0;
  for (let index = 3; index < data.length; index += 4) if (data[index] !== 0) pixels++;
  return pixels;
}

/**
 * @param {HTMLCanvasElement} canvas - of a plot.
 * @returns {readonly string[]} its three most frequent opaque colors.
 */
export function colorsOf(canvas) {
  const { width, height } = canvas;
  // A copy: reading the canvas itself makes the browser complain on the console.
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  copy?.drawImage(canvas, 0, 0);
  const { data = [] } = copy?.getImageData(0, 0, width, height) ?? {};
  const counts = new Map();
  for (let index = 0; index < data.length; index += 4) {
    if (data[index + 3] !== 255) continue;
    const color = `${data[index]},${data[index + 1]},${data[index + 2]}`;
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([color]) => color);
}

/** @returns {number} by how many pixels the page is wider than its window. */
export function sidewaysPx() {
  return document.documentElement.scrollWidth - innerWidth;
}

/** Opens everything that can be opened. */
export function openAll() {
  for (const details of document.querySelectorAll('details')) details.open = true;
}

/** @returns {number} how many elements the Tab key should come to. */
export function stopCount() {
  const controls = document.querySelectorAll(
    'a[href], button, select, input:checked, summary, [tabindex="0"]',
  );
  return [...controls].filter(
    (element) =>
      element instanceof HTMLElement && element.checkVisibility() && element.tabIndex >= 0,
  ).length;
}

/** @returns {number} which element of the page has the focus; -1 for none. */
export function focusIndex() {
  const { activeElement, body } = document;
  if (activeElement === null || activeElement === body) return -1;
  return [...document.querySelectorAll('*')].indexOf(activeElement);
}

/** @returns {string} the color behind everything. */
export function pageColor() {
  return getComputedStyle(document.body).backgroundColor;
}

/** Makes the page's title the theme that is on when it is printed. */
export function tellPrintedTheme() {
  addEventListener('beforeprint', () => {
    document.title = document.documentElement.dataset['theme'] ?? '';
  });
}
