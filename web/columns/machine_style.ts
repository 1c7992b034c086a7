/**
 * The colors of machines.
 *
 * @module
 */

/**
 * Hues in degrees of OKLCH, and whether the color is darker. None is a hue of errors and warnings. Neighbors, and
 * hues that look alike to color-blind readers, differ in lightness. The contrast is at least 4.5 on every row.
 */
const HUES: readonly (readonly [hue: number, isDark: boolean])[] = [
  [255, true],
  [155, false],
  [320, false],
  [195, true],
  [285, false],
  [115, true],
  [345, true],
  [230, false],
];

const colors = HUES.map(([hue, isDark], index) => {
  const color = (lightness: number, chroma: number) => `oklch(${lightness} ${chroma} ${hue})`;
  const [light, dark] = isDark ? [0.4, 0.72] : [0.49, 0.85];
  return `.row .machine.hue-${index} {
    color: light-dark(${color(light, 0.12)}, ${color(dark, 0.1)});
  }`;
});

export const machineStyle: string = colors.join("\n");
