/** Reads the values of command-line options; each says what it expects when it finds something else. */
import { InvalidArgumentError } from 'commander';

/** A whole number within bounds, both included. */
export function wholeOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}
