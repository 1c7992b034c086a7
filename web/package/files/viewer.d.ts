import type { Texts } from "./texts.js";
import type { ViewerEvents, ViewerMethods, ViewerProperties } from "./element.js";

export type * from "./element.js";
export type * from "./texts.js";

export interface NatstapViewer extends ViewerProperties, ViewerMethods {}

/**
 * A log console for one app's live stream.
 *
 * On a server, which has no DOM, the module can be imported, but the element cannot be created.
 *
 * @slot empty - Shown instead of rows, if there are none yet
 * @slot ended - Shown instead of the reason, if the stream has ended
 * @slot toolbar - Added to the toolbar, before the tools
 * @csspart toolbar - The row with the state, the search field and the tools
 * @csspart status - The state of the stream
 * @csspart search - The search field
 * @csspart chip - A value to filter by
 * @csspart strip - The rate chart
 * @csspart list - The rows
 * @csspart row - A line or gap; a line's part has its severity too
 * @csspart time - The time of a line
 * @csspart level - The level of a line
 * @csspart region - The region of a line
 * @csspart machine - The machine of a line
 * @csspart provider - The provider of a line
 * @csspart column - A field of a line that is shown as a column
 * @csspart message - The text of a line
 * @csspart columns - The names of the columns, above the rows
 * @csspart above - Above a row: its day, or that older lines were removed
 * @csspart gap - A place where lines are missing
 * @csspart live - Where live lines begin
 * @csspart pill - The button for new lines
 * @cssprop --natstap-bg - Background
 * @cssprop --natstap-surface - Background of the toolbar and the menus
 * @cssprop --natstap-fg - Text
 * @cssprop --natstap-muted - Less important text
 * @cssprop --natstap-border - Borders
 * @cssprop --natstap-accent - Color of what is live, selected or focused
 * @cssprop --natstap-error - Color of errors
 * @cssprop --natstap-warn - Color of warnings
 * @cssprop --natstap-info - Color of information
 * @cssprop --natstap-debug - Color of details
 * @cssprop --natstap-font - Font of the lines
 * @cssprop --natstap-ui-font - Font of the tools
 * @cssprop --natstap-font-size - Size of the lines' text
 * @cssprop --natstap-row-height - Minimum height of a line
 * @cssprop --natstap-border-width - Width of the border
 * @cssprop --natstap-radius - Radius of the border
 */
export class NatstapViewer extends HTMLElement {
  addEventListener<K extends keyof ViewerEvents>(
    type: K,
    listener: (this: NatstapViewer, event: ViewerEvents[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: HTMLElement, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Properties and listeners as attributes of JSX and of templates. */
export type ViewerAttributes =
  & { [K in keyof ViewerProperties]?: ViewerProperties[K] | undefined }
  & { [K in keyof ViewerEvents as `on${K}`]?: ((event: ViewerEvents[K]) => void) | undefined };

/**
 * Replaces the viewer's texts; those that are missing stay English. Call it before the page contains a viewer.
 *
 * @param language A BCP 47 language tag, for numbers and plural forms. Default: `en`.
 */
export function setTexts(texts: Texts, language?: string): void;

declare global {
  interface HTMLElementTagNameMap {
    "natstap-viewer": NatstapViewer;
  }
}
