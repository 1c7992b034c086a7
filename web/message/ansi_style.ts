/**
 * Styles of terminal text. Each theme has a palette whose colors are legible on its background (contrast of
 * at least 4.5), even "black" on black.
 *
 * @module
 */
import { css } from "../theme/css.ts";

/** Each color's name and its values in the light and the dark theme, in the order of the codes. */
const PALETTE = [
  ["black", "#24292f", "#858e99"],
  ["red", "#b3202c", "#ff7b72"],
  ["green", "#11632b", "#56d364"],
  ["yellow", "#7a4d00", "#dba32b"],
  ["blue", "#0550ae", "#6cb0ff"],
  ["magenta", "#7a35b5", "#c297ff"],
  ["cyan", "#0c6470", "#3ec9d6"],
  ["white", "#575f68", "#c9d1d9"],
  ["bright-black", "#5f6770", "#8f98a3"],
  ["bright-red", "#c4232f", "#ffa198"],
  ["bright-green", "#18702f", "#7ee787"],
  ["bright-yellow", "#855600", "#f2cc60"],
  ["bright-blue", "#0a5fc4", "#8cc6ff"],
  ["bright-magenta", "#8045d0", "#d8b4ff"],
  ["bright-cyan", "#0a6c80", "#76e3ea"],
  ["bright-white", "#3d444d", "#f5f9fd"],
] as const;

const properties = PALETTE.map(([name, light, dark]) =>
  `--natstap-ansi-${name}: light-dark(${light}, ${dark});`
);
const rules = PALETTE.map(([name], code) =>
  `.message .ansi-${code} { color: var(--natstap-ansi-${name}); }`
);
const palette = `:host { ${properties.join(" ")} } ${rules.join(" ")}`;

const marks = css`
  /* The app's color, made dark or light enough for the theme. */
  .message .ansi-rgb {
    color: light-dark(
      oklch(from var(--color) min(l, 0.46) c h),
      oklch(from var(--color) max(l, 0.72) c h)
    );
  }

  .message .bold {
    font-weight: 650;
  }

  .message .dim {
    opacity: 0.72;
  }

  .message .dim[class*="ansi-"] {
    opacity: 0.9;
  }

  /* Text that is already muted would be too faint. */
  .row.debug .message .dim {
    opacity: 1;
  }

  .message .italic {
    font-style: italic;
  }

  .message .underline {
    text-decoration: underline;
  }

  .message .strike {
    text-decoration: line-through;
  }

  .message .underline.strike {
    text-decoration: underline line-through;
  }

  .message .inverse {
    color: var(--natstap-bg);
    background: var(--natstap-fg);
  }
`;

export const ansiStyle: string[] = [palette, marks];
