/**
 * The pieces that a picture is made of, as SVG.
 *
 * @module
 */

/** A rectangle of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a character is wide at most, on average, in the fonts that a viewer may have. */
export const CHARACTER = 7.5;

/** The style sheet of {@linkcode text}'s kinds and of `l`, a line. */
export const CSS = `text{font:13px Inter,"Helvetica Neue",Arial,sans-serif;fill:#5d6570}` +
  `.h{font-size:22px}.r{font-size:17px}.t{font-size:15px}.n{font-size:44px}` +
  `.h,.r,.t,.v{fill:#24292e}.h,.r,.t,.v,.n{font-weight:600}.m,.n{text-anchor:middle}` +
  `.e{text-anchor:end}.l{fill:none;stroke-width:1.6;stroke-linejoin:round}`;

/** Words that begin at a point: `e` has them end there, `m` has them in its middle. */
export function text(x: number, y: number, content: string, kind = "", colour = ""): string {
  const style = colour && ` style="fill:${colour}"`;
  const place = `x="${round(x)}" y="${round(y)}"`;
  return `<text ${place}${kind && ` class="${kind}"`}${style}>${escape(content)}</text>`;
}

/** A thin line of the grid: across, or, with a height, down. */
export function rule(x: number, y: number, width: number, height = 0): string {
  const way = height > 0 ? `v${round(height)}` : `h${round(width)}`;
  return `<path d="M${round(x)} ${round(y)}${way}" stroke="#e6e7ea"/>`;
}

/** A filled rectangle; `more` are further attributes. */
export function rectangle({ x, y, width, height }: Box, colour: string, more = ""): string {
  const place = `x="${round(x)}" y="${round(y)}"`;
  return `<rect ${place} width="${round(width)}" height="${
    round(height)
  }" fill="${colour}"${more}/>`;
}

/** A coordinate: a tenth of a pixel is more than anyone sees. */
export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Text as XML takes it. */
export function escape(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A time of day, UTC, of seconds since the epoch. */
export function clock(time: number, withSeconds: boolean): string {
  return new Date(time * 1000).toISOString().slice(11, withSeconds ? 19 : 16);
}
