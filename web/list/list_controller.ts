/**
 * The viewer's list of rows: when it is drawn, and how each row is shown.
 *
 * @module
 */
import type { TemplateResult } from "lit/html.js";
import type { ReactiveController } from "../reactive_element.ts";
import type { CustomColumns } from "../columns/custom_columns.ts";
import { MachineNames } from "../columns/machine_names.ts";
import { canExpand } from "../message/content.ts";
import { type Line, type Row, timeOf } from "../rows/row.ts";
import { dayOf, fullDay } from "../rows/row_day.ts";
import type { TimeMode } from "../rows/row_time.ts";
import type { Store } from "../rows/store.ts";
import type { RowQuery } from "../search/row_query.ts";
import { RowCursor } from "../selection/row_cursor.ts";
import { RowSelection } from "../selection/row_selection.ts";
import { t } from "../texts/translate.ts";
import { NARROW_PX, type ViewerElement } from "../viewer_element.ts";
import { FrameScheduler } from "./frame_scheduler.ts";
import { List, type Place } from "./list.ts";
import type { RowActions } from "./row_actions.ts";
import { isMatchHidden, scrollToMatch } from "./match_view.ts";
import { rowElementId, rowTemplate, timeText } from "./row_template.ts";

/** Duration of the flash of a row, as in the style sheet. */
const FLASH_MS = 1600;
/** Usual width of a time, in characters. */
const TIME_WIDTHS: Readonly<Record<TimeMode, number>> = { local: 12, utc: 13, relative: 8 };
/** Characters that are twice as wide as others. */
const WIDE = /[\u2e80-\uffdc]/g;

/** What the viewer does in response to the list. */
interface ListActions extends Omit<RowActions, "onExpand"> {
  /** Called for each frame in which the reader is near the oldest row. */
  onNearStart(): void;
}

/** Draws the rows, and remembers which are expanded, which are selected, and which one flashes. */
export class ListController implements ReactiveController {
  readonly scheduler: FrameScheduler = new FrameScheduler(
    () => this.#draw(),
    () => this.#host.requestUpdate(),
  );
  readonly #host: ViewerElement;
  readonly #store: Store;
  readonly #query: RowQuery;
  readonly #actions: ListActions;
  readonly #columns: CustomColumns;
  readonly #expanded = new Set<number>();
  readonly selection: RowSelection;
  readonly cursor: RowCursor;
  readonly #machines = new MachineNames();
  /** Width of the longest time that has been shown, which may have a date, in characters. */
  #timeWidths = { ...TIME_WIDTHS };
  /** The list; `undefined` until the host has rendered. */
  list: List | undefined;
  #wasEmpty = true;
  #flash: number | undefined;
  /** The row whose match has to be scrolled to, once it is drawn. */
  #match: number | undefined;
  /** The row that wraps while it is the current match, since its match was beside the view. */
  #wrapped: number | undefined;
  /** Length of the longest region that has been shown, in characters. */
  #regionWidth = 0;
  #flashTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    host: ViewerElement,
    store: Store,
    query: RowQuery,
    columns: CustomColumns,
    actions: ListActions,
  ) {
    this.#columns = columns;
    this.#host = host;
    this.#store = store;
    this.#query = query;
    this.#actions = actions;
    this.selection = new RowSelection(store);
    this.cursor = new RowCursor(store);
    this.cursor.onChange = () => this.#cursorMoved();
    store.onChange = () => this.scheduler.drawForNewRows();
    query.onChange = () => {
      // There are other rows between its ends now, and after a row that was pressed.
      this.selection.clear();
      this.selection.press(Infinity, []);
      this.list?.remeasure();
      host.requestUpdate();
    };
    host.addController(this);
  }

  get isEmpty(): boolean {
    return this.#store.visibleCount === 0;
  }

  hostDisconnected(): void {
    this.scheduler.stop();
  }

  hostUpdated(): void {
    this.#wasEmpty = this.isEmpty;
    this.#setWidths();
    this.list ??= new List(this.#host.find(".scroller"), {
      rows: this.#store,
      template: (row) => this.#row(row),
      onScroll: () => this.scheduler.draw(),
      onScrollEnd: () => this.scheduler.drawForNewRows(),
      onNearStart: () => this.#actions.onNearStart(),
    });
  }

  /** Forgets which rows are expanded, selected or pressed, and returns to the end, after all rows have been removed. */
  clear(): void {
    this.#timeWidths = { ...TIME_WIDTHS };
    this.#expanded.clear();
    this.selection.clear();
    this.selection.press(Infinity, []);
    this.cursor.place(undefined);
    this.list?.toEnd();
  }

  /** Scrolls to a row, which flashes. */
  show(id: number, place?: Place): void {
    this.#flash = id;
    clearTimeout(this.#flashTimer);
    this.#flashTimer = setTimeout(() => this.#flash = undefined, FLASH_MS);
    this.list?.toRow(id, place);
  }

  /** Scrolls to the next match, or with -1 to the previous one. Returns whether it has wrapped around. */
  step(by: 1 | -1): boolean {
    const { current } = this.#query;
    const id = this.#query.step(by, this.list?.bottomRow ?? Infinity);
    this.#host.requestUpdate();
    if (id === undefined) return false;
    const row = this.#store.visibleAt(this.#store.visibleIndexOf(id));
    const isHidden = row.kind === "line" && isMatchHidden(row, this.#query.pattern);
    if (isHidden && canExpand(row)) this.#expanded.add(id);
    this.list?.toRow(id);
    this.#match = id;
    return current !== undefined && (id - current) * by <= 0;
  }

  /** Moves the cursor, and with `extend` selects the rows that it passes. Returns whether there is a row. */
  moveCursor(by: 1 | -1, extend = false): boolean {
    const { cursor, list, selection } = this;
    const before = selection.anchor ?? cursor.id;
    const id = cursor.move(by, list?.view);
    if (id === undefined) return false;
    if (extend) selection.select(before ?? id, id);
    else selection.clear();
    list?.reveal(id);
    return true;
  }

  /** The line at the cursor. */
  get cursorLine(): Line | undefined {
    const { id } = this.cursor;
    const index = id === undefined ? -1 : this.#store.visibleIndexOf(id);
    const row = index === -1 ? undefined : this.#store.visibleAt(index);
    return row?.id === id && row?.kind === "line" ? row : undefined;
  }

  /** Expands a line, or collapses it. Returns whether that is possible. */
  toggle(line: Line | undefined): boolean {
    if (line === undefined || !canExpand(line)) return false;
    if (!this.#expanded.delete(line.id)) this.#expanded.add(line.id);
    this.list?.reveal(line.id);
    return true;
  }

  /** A screen reader reads the row at the cursor, while the list keeps the focus. */
  #cursorMoved(): void {
    const { shown } = this.cursor;
    const scroller = this.#host.find(".scroller");
    if (shown === undefined) scroller.removeAttribute("aria-activedescendant");
    else scroller.setAttribute("aria-activedescendant", rowElementId(shown));
    this.scheduler.draw();
  }

  #draw(): void {
    if (this.#query.search()) this.scheduler.draw();
    const machines = this.#machines.count;
    this.#columns.areHidden = this.#host.clientWidth < NARROW_PX;
    this.list?.update();
    if (this.#match !== undefined && this.list !== undefined) {
      const scroller = this.#host.find(".scroller");
      const wrap = () => {
        this.#wrapped = this.#match;
        this.scheduler.draw();
      };
      if (scrollToMatch(scroller, this.#match, wrap)) this.#match = undefined;
    }
    this.#setWidths();
    // The labels of rows above may depend on machines below.
    if (this.#machines.count !== machines) this.scheduler.draw();
    if (this.#wasEmpty !== this.isEmpty) this.#host.requestUpdate();
    this.scheduler.updateRest();
  }

  #row(row: Row): TemplateResult {
    const { id } = row;
    const { time, wrap, permalink } = this.#host;
    const now = Date.now();
    const visibleTime = timeText(row, time, now);
    const { length } = visibleTime.replace(WIDE, "  ");
    this.#timeWidths[time] = Math.max(this.#timeWidths[time], length);
    const { pattern, current, isFiltering } = this.#query;
    if (row.kind === "line") this.#regionWidth = Math.max(this.#regionWidth, row.region.length);
    return rowTemplate(row, {
      ...this.#actions,
      ...{ time, pattern },
      wrap: wrap || current === id && this.#wrapped === id,
      expanded: this.#expanded.has(id),
      visibleTime,
      above: this.#above(row, now),
      machines: this.#machines,
      columns: this.#columns,
      current: current === id,
      dimmed: this.#query.isDimmed(row),
      flash: this.#flash === id,
      selected: this.selection.has(id),
      cursor: this.cursor.shown === id,
      onExpand: (line) => this.toggle(line),
      onLink: permalink ? this.#actions.onLink : undefined,
      onContext: isFiltering ? this.#actions.onContext : undefined,
    });
  }

  /** The text above a row: its day if the row before it is of another one, and that older lines were removed. */
  #above(row: Row, now: number): string {
    const index = this.#store.visibleIndexOf(row.id);
    const removed = index === 0 && this.#store.hasEvicted ? t("Older lines were removed") : "";
    const parts = [removed, this.#newDay(row, index, now)];
    return parts.filter(Boolean).join(" · ");
  }

  #newDay(row: Row, index: number, now: number): string {
    const { time } = this.#host;
    if (time === "relative") return "";
    const before = index > 0 ? timeOf(this.#store.visibleAt(index - 1)) : now;
    const isSame = dayOf(before, time) === dayOf(timeOf(row), time);
    return isSame ? "" : fullDay(timeOf(row), time, now);
  }

  /** Sets the widths of columns that depend on their content. */
  #setWidths(): void {
    const { style } = this.#host.find(".list");
    const widths = {
      "--time-width": `${this.#timeWidths[this.#host.time]}ch`,
      "--region-label": `clamp(4ch, ${this.#regionWidth}ch, 12ch)`,
      "--machine-label": `${this.#machines.width}ch`,
      "--columns": this.#columns.tracks,
    };
    for (const [name, width] of Object.entries(widths)) {
      if (style.getPropertyValue(name) !== width) style.setProperty(name, width);
    }
  }
}
