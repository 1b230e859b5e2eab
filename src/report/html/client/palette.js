/** Colors of what is drawn on a canvas: those of the style, whatever theme is on. */

const ROLES = ['wanted', 'had', 'seen', 'bad', 'slow', 'cost', 'ink', 'faint', 'line', 'band'];

/** The style's colors as a canvas takes them. */
export class Palette {
  /** @type {Map<string, string>} */
  #colors = new Map();

  constructor() {
    this.read();
  }

  /** Reads the colors again, after the theme changed. */
  read() {
    const probe = document.createElement('span');
    document.body.append(probe);
    for (const role of ROLES) {
      probe.className = role;
      this.#colors.set(role, getComputedStyle(probe).color);
    }
    probe.remove();
  }

  /** @param {string} role - what it means; an unknown one is drawn as text is. */
  color(role) {
    return this.#colors.get(role) ?? 'gray';
  }
}

/**
 * Follows the system's theme and the page's own switch. Prints in light.
 *
 * @param {() => void} redraw - called after each change of colors.
 */
export function followTheme(redraw) {
  const root = document.documentElement;
  for (const input of document.querySelectorAll('input[name="theme"]')) {
    input.addEventListener('change', () => {
      if (!(input instanceof HTMLInputElement)) return;
      root.dataset['theme'] = input.value;
      redraw();
    });
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  let before = 'auto';
  addEventListener('beforeprint', () => {
    before = root.dataset['theme'] ?? 'auto';
    root.dataset['theme'] = 'light';
    redraw();
  });
  addEventListener('afterprint', () => {
    root.dataset['theme'] = before;
    redraw();
  });
}
