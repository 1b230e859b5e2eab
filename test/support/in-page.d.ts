/** Types of what tests ask of a page; elements are those of the page, which Node does not know. */

/** Texts and colors that cannot be told from what is behind them. */
export function contrastFaults(): readonly string[];
/** Pixels of a canvas that are not empty. */
export function inkOf(canvas: unknown): number;
/** The three most frequent opaque colors of a canvas. */
export function colorsOf(canvas: unknown): readonly string[];
/** By how many pixels the page is wider than its window. */
export function sidewaysPx(): number;
/** Opens everything that can be opened. */
export function openAll(): void;
/** How many elements the Tab key should come to. */
export function stopCount(): number;
/** Which element of the page has the focus; -1 for none. */
export function focusIndex(): number;
/** The color behind everything. */
export function pageColor(): string;
/** Makes the page's title the theme that is on when it is printed. */
export function tellPrintedTheme(): void;
