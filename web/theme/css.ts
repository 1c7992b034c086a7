/**
 * Style sheets in modules.
 *
 * @module
 */

/** Marks a style sheet, so that editors and formatters recognize it. Interpolated text is CSS too. */
export const css: (strings: TemplateStringsArray, ...parts: string[]) => string = String.raw;
