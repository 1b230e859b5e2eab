/** `$(VAR)` references in environment values, commands and arguments. */

const REFERENCE = /\$(?:(\$)|\(([^)]*)\))/g;

/**
 * A text with each `$(NAME)` replaced by its value. An unknown name stays as it is written, and
 * `$$(NAME)` gives the text `$(NAME)`.
 *
 * @see Source: kubernetes `third_party/forked/golang/expansion/expand.go`, `Expand`.
 */
export function expandVariables(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(REFERENCE, (reference, dollar: string | undefined, name: string) =>
    dollar === undefined ? (values.get(name) ?? reference) : dollar,
  );
}
