/**
 * `<natstap-viewer>`: a log console for one app's live stream.
 *
 * ```html
 * <script type="module" src="https://logs.example.com/viewer.js"></script>
 * <natstap-viewer src="https://logs.example.com/logs" token="…"></natstap-viewer>
 * ```
 *
 * @module
 */
// The bundle has the modules in this order, in which it compresses best.
import { style } from "./theme/viewer_style.ts";
import { rowStyle } from "./list/row_style.ts";
import { IncomingRows } from "./rows/incoming_rows.ts";
import { type FileKind, toCopiedText } from "./export/download.ts";
import { saveRows } from "./export/save.ts";
import { RowQuery } from "./search/row_query.ts";
import { Store } from "./rows/store.ts";
import { type Status, statusOf } from "./connection/status.ts";
import { StreamController } from "./connection/stream_controller.ts";
import { ListController } from "./list/list_controller.ts";
import { copy } from "./export/clipboard.ts";
import { Banner, bannerTemplate } from "./panels/banner.ts";
import { emptyListTemplate } from "./panels/empty_list.ts";
import type { Command } from "./keys/shortcuts.ts";
import { StoredFields } from "./search/seen_fields.ts";
import { columnHeaderTemplate } from "./columns/column_header.ts";
import { RateChart } from "./panels/rate_chart.ts";
import { SelectionController } from "./selection/selection_controller.ts";
import { toolbarTemplate } from "./panels/toolbar.ts";
import { CustomColumns, offeredNames } from "./columns/custom_columns.ts";
import { hasSequence, type Line, lineDetail } from "./rows/row.ts";
import { TIMES } from "./rows/row_time.ts";
import { MenuController } from "./panels/menu_controller.ts";
import { newLinesTemplate } from "./panels/new_lines_button.ts";
import { NoteController } from "./panels/note.ts";
import { FacetChips } from "./panels/facet_chips.ts";
import { remedyTemplate } from "./panels/remedy.ts";
import type { Place } from "./list/list.ts";
import { helpTemplate } from "./keys/help.ts";
import { CompletionController } from "./search/completion_controller.ts";
import { ValueMenu } from "./columns/value_menu.ts";
import { columnChoiceTemplate } from "./columns/column_choice.ts";
import { unusedColumns } from "./rows/facets.ts";
import { contextBarTemplate } from "./panels/context_bar.ts";
import { KeyController } from "./keys/key_controller.ts";
import { setTexts, t } from "./texts/translate.ts";
import { LIMIT, NARROW_PX, ViewerElement } from "./viewer_element.ts";
import type { ViewerEvents, ViewerMethods } from "./package/element.ts";
import { html, nothing, type TemplateResult } from "lit/html.js";
import { FilterProperty } from "./search/filter_property.ts";

export { setTexts };

/** Interval at which times and rates are updated. */
const TICK_MS = 1000;

/** The viewer element. */
export class NatstapViewer extends ViewerElement implements ViewerMethods {
  static override readonly styles: string = [...style, ...rowStyle].join("\n");

  readonly #store = new Store(LIMIT);
  readonly #query = new RowQuery(this.#store);
  readonly #incoming = new IncomingRows(this.#store, (...line) => this.#lineArrived(...line));
  readonly #stream = new StreamController(this, this.#incoming, () => this.#statusChanged());
  readonly #banner = new Banner();
  readonly #note = new NoteController(this);
  readonly #menu = new MenuController(this);
  readonly #columns = new CustomColumns();
  readonly #values = new ValueMenu(this, {
    onFilter: ({ name, text }) => this.#query.toggleField(name, text),
    onExclude: ({ name, text }) => this.#query.toggleField(name, text, true),
    onCopy: async ({ text }) => {
      await copy(text);
      this.#note.show(t("Value copied"));
    },
    onColumn: ({ name }) => this.#toggleColumn(name),
  });
  readonly #rows = new ListController(this, this.#store, this.#query, this.#columns, {
    onValue: (...value) => this.#values.open(...value),
    onCopy: (line) => this.#copy(line),
    onLink: (line) => this.#copyLink(line),
    onContext: ({ id }) => this.goTo(id),
    onFacet: (...facet) => this.#query.toggleFacet(...facet),
    onNearStart: () => this.#loadOlder(),
  });
  readonly #selection = new SelectionController(this, this.#store, this.#rows, this.#note);
  readonly #keys = new KeyController(this, (command) => this.#run(command));
  readonly #chips = new FacetChips(this);
  readonly #chart = new RateChart(this, this.#query, (id) => this.#rows.show(id));
  readonly #completion = new CompletionController(
    this,
    new StoredFields(this.#store),
    (text) => this.#query.update({ text }),
  );
  readonly #filter = new FilterProperty(this, this.#query, (detail) => {
    this.#dispatch("natstap-filter", detail);
  });
  #cleared = false;
  /** Where the row whose context is shown was before. */
  #place: Place | undefined;
  #ticks: ReturnType<typeof setInterval> | undefined;

  /** Focuses the list, so that its keys work. */
  override focus(options?: FocusOptions): void {
    this.#keys.focusList(options);
  }

  /** Removes all lines from the list. */
  clear(): void {
    this.#cleared ||= this.#store.size > 0;
    this.#chart.clear();
    this.#incoming.clear();
    this.#rows.clear();
  }

  /** Connects at once if the stream has ended or is about to be reopened. */
  retry(): void {
    this.#stream.retry();
  }

  /** Saves the lines that pass the filter as a file. */
  download(kind: FileKind = "log"): void {
    saveRows(this.#store.visible(), kind, this.#stream.app);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ticks = setInterval(() => {
      if (this.#rows.scheduler.isHeld) return;
      this.requestUpdate();
      if (this.time === "relative") this.#rows.scheduler.draw();
    }, TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#ticks);
  }

  protected override firstUpdated(): void {
    // On a phone, most lines are longer than the view.
    this.wrap ??= this.clientWidth > 0 && this.clientWidth < NARROW_PX;
  }

  protected override updated(changed: ReadonlySet<string>): void {
    if (changed.has("limit")) this.#store.limit = this.limit > 0 ? this.limit : LIMIT;
    if (changed.has("columns")) {
      this.#columns.set(this.columns ?? "");
      this.#rows.list?.remeasure();
      this.requestUpdate();
    }
    if (changed.has("wrap")) this.#rows.list?.remeasure();
    if (changed.has("order")) this.#incoming.sort(this.order === "time");
    if (changed.has("time")) this.#rows.scheduler.draw();
    if (changed.has("filter")) this.#filter.propertyChanged();
    if (changed.has("paused")) {
      if (this.paused) this.#incoming.pause();
      else this.#incoming.resume();
      this.#statusChanged();
    }
    if (this.#stream.propertiesChanged(changed)) {
      this.clear();
      this.#cleared = false;
    }
    if (this.line) this.#openLine(this.line);
    else if (this.#query.needsOlder) this.#loadOlder();
  }

  #loadOlder(from?: number): Promise<boolean> {
    const { limit, size, hasEvicted } = this.#store;
    // Lines before those that were removed would leave a gap.
    return this.#stream.loadOlder(hasEvicted || this.#cleared ? 0 : limit - size, from);
  }

  /** Goes to the line of a link and selects it, once it is loaded. Until then, this is called for each update. */
  async #openLine(line: string): Promise<void> {
    const find = () => [...this.#store.all()].find((row) => hasSequence(row, line));
    let row = find();
    if (row === undefined) {
      const isDone = await this.#loadOlder(Number(line));
      if (!isDone || this.line !== line) return;
      row = find();
    }
    this.line = undefined;
    if (row === undefined) {
      this.#note.show(t("This line is no longer available"));
      this.#incoming.prepend({ lines: [], gap: "line" });
      const [gap] = this.#store.all();
      return this.#rows.show(gap!.id);
    }
    this.goTo(row.id);
    this.#rows.selection.select(row.id, row.id);
  }

  #statusChanged(): void {
    this.#banner.update(this.#stream.state, Date.now());
    this.#dispatch("natstap-status", { ...this.#stream.state, paused: this.paused });
    if (!this.#rows.scheduler.isHeld) this.requestUpdate();
  }

  /** Dispatching an event that nobody listens to takes one or two microseconds. */
  #lineArrived(line: Line, isHistory: boolean, isOlder?: boolean): void {
    this.#chart.add(line, isHistory);
    if (!isOlder) this.#dispatch("natstap-line", lineDetail(line));
    this.#rows.scheduler.updateRest();
  }

  #dispatch<K extends keyof ViewerEvents>(name: K, detail: ViewerEvents[K]["detail"]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  protected override render(): TemplateResult {
    const now = Date.now();
    const status = statusOf(this.#stream.state, this.paused, now);
    const { isEmpty } = this.#rows;
    return html`
      <div class="viewer ${unusedColumns(this.#store.facets)}" @copy=${this.#selection.copied}>
        ${this.#toolbar(status)} ${this.#chips.template(
          this.#store.facets,
          this.#query,
          this.time,
        )}
        ${this.#chart.template(this.time)}
        ${isEmpty ? nothing : this.#bannerTemplate(now)}
        ${this.#query.context === undefined
          ? nothing
          : contextBarTemplate(() => this.leaveContext())}
        <div class="list" part="list" role="log" aria-live="off" aria-label=${t("Log lines")}>
          ${isEmpty
            ? nothing
            : columnHeaderTemplate(this.#columns.names, (name) => this.#toggleColumn(name))}
          <div class="scroller" role="grid" aria-label=${t("Lines")} aria-multiselectable="true"
            aria-rowcount=${this.#store.visibleCount} tabindex="0"
            @pointerdown=${this.#selection.press}></div>
          <div class="focus-ring"></div>
          ${isEmpty || this.#query.matchesNone ? this.#emptyList(status) : nothing} ${this
            .#newLines()}
          ${this.#selection.template()}
        </div>
        ${this.#note.template()}
        <div class="spoken" role="status">${this.#stream.app} ${status.spoken}. ${status
          .detail}</div>
        ${this.#values.template(this.#columns.names)}
        ${helpTemplate(() => this.#keys.closeHelp())}
      </div>
    `;
  }

  #toolbar(status: Status): TemplateResult {
    const { query, problem, tally, isFiltering } = this.#query;
    const { paused, wrap, time } = this;
    return toolbarTemplate({
      ...{ status, query, problem, tally, paused, wrap, time },
      app: this.#stream.app || this.app || "",
      completion: this.#completion,
      filtered: isFiltering,
      menu: this.#menu.open,
      columns: columnChoiceTemplate({
        isOpen: this.#menu.open === "columns",
        names: this.#columns.names,
        offered: () => offeredNames(this.#store.newestLines()),
        isSorted: this.order === "time",
        onSort: (isSorted) => this.order = isSorted ? "time" : "arrival",
        onToggle: (name) => this.#toggleColumn(name),
        onOpen: (isOpen) => this.#menu.open = isOpen ? "columns" : "tools",
      }),
      onQuery: (changes) => this.#query.update(changes),
      onStep: (by) => this.#step(by),
      onLeave: () => this.#keys.focusList(),
      onEscape: () => this.#run("leave") || this.#keys.focusList(),
      onCommand: (command) => this.#run(command),
      onClear: () => {
        this.#menu.open = undefined;
        this.clear();
      },
      onMenu: (menu) => this.#menu.open = menu,
      onDownload: (kind, filtered) => {
        this.#menu.open = undefined;
        saveRows(filtered ? this.#store.visible() : this.#store.all(), kind, this.#stream.app);
      },
    });
  }

  #emptyList(status: Status): TemplateResult {
    return emptyListTemplate({
      state: this.#stream.state,
      status,
      hidden: this.#store.lineCount,
      cleared: this.#cleared,
      remedy: this.#remedy(),
      onReset: () => this.#query.reset(),
    });
  }

  #bannerTemplate(now: number): TemplateResult | typeof nothing {
    const hasEnded = this.#banner.problem?.state === "ended";
    return bannerTemplate(this.#banner.status(now), hasEnded, this.#remedy());
  }

  #remedy(): TemplateResult | typeof nothing {
    return remedyTemplate(this.#banner.problem ?? this.#stream.state, {
      onRetry: () => this.retry(),
      onApp: (app) => this.app = app,
    });
  }

  #newLines(): TemplateResult | typeof nothing {
    return newLinesTemplate({
      paused: this.paused,
      waiting: this.#incoming.waiting,
      following: this.#rows.isEmpty || this.#rows.list?.following !== false,
      unseen: this.#rows.list?.unseen ?? 0,
      onEnd: () => this.#run("end"),
    });
  }

  #toggleColumn(name: string): void {
    this.columns = this.#columns.toggled(name);
    this.#dispatch("natstap-columns", { columns: this.columns ?? "" });
  }

  /** Scrolls to a line, and shows the lines around it. */
  goTo(id: number): void {
    const place = this.#rows.list?.placeOf(id);
    if (!this.#query.isFiltering) return this.#rows.show(id);
    this.#place = place;
    this.#query.showContext(id);
    this.#rows.show(id, place && { y: place.y });
  }

  /** Hides the lines around one that do not match again. */
  leaveContext(): void {
    const id = this.#query.leaveContext();
    if (id !== undefined) this.#rows.show(id, this.#place);
  }

  #copy(line: Line | undefined): boolean {
    if (line === undefined) return false;
    copy(toCopiedText(line)).then(() => this.#note.show(t("Line copied")));
    return true;
  }

  #copyLink(line: Line | undefined): boolean {
    if (!this.permalink || line?.sequence === undefined) return false;
    const link = new URL(this.permalink.replace("{line}", line.sequence), document.baseURI);
    copy(link.href).then(() => this.#note.show(t("Link copied")));
    return true;
  }

  #step(by: 1 | -1): void {
    const hasWrapped = this.#rows.step(by);
    if (hasWrapped) {
      this.#note.show(t(by > 0 ? "Continued from the top" : "Continued from the bottom"));
    }
  }

  /** Runs the command of a key or button. Returns whether there was anything to do. */
  #run(command: Command): boolean {
    const list = this.#rows.list!;
    const { query } = this.#query;
    const commands: Record<Command, () => boolean | void> = {
      search: () => this.#keys.focusSearch(),
      hides: () => this.#query.update({ hides: !query.hides }),
      down: () => this.#rows.moveCursor(1),
      up: () => this.#rows.moveCursor(-1),
      selectDown: () => this.#rows.moveCursor(1, true),
      selectUp: () => this.#rows.moveCursor(-1, true),
      selectAll: () => {
        this.#selection.selectAll();
        this.#keys.focusList({ preventScroll: true });
      },
      expand: () => this.#rows.toggle(this.#rows.cursorLine),
      context: () => {
        const { cursorLine } = this.#rows;
        if (cursorLine === undefined || !this.#query.isFiltering) return false;
        this.goTo(cursorLine.id);
        return true;
      },
      copy: () => this.#selection.copy() || this.#copy(this.#rows.cursorLine),
      link: () => this.#copyLink(this.#rows.cursorLine),
      pause: () => void (this.paused = !this.paused),
      start: () => {
        this.#rows.cursor.leave();
        list.toStart();
      },
      end: () => {
        this.#rows.cursor.leave();
        this.paused = false;
        list.toEnd();
      },
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      wrap: () => void (this.wrap = !this.wrap),
      time: () => void (this.time = TIMES[(TIMES.indexOf(this.time) + 1) % TIMES.length]!),
      help: () => {
        this.#menu.open = undefined;
        this.#keys.showHelp();
      },
      leave: () => {
        if (this.#menu.open !== undefined) this.#menu.open = undefined;
        else if (this.#selection.clear()) return true;
        else if (this.#query.context !== undefined) this.leaveContext();
        else if (query.text !== "") this.#query.update({ text: "" });
        else return false;
        return true;
      },
    };
    return commands[command]() !== false;
  }
}

NatstapViewer.define("natstap-viewer");

declare global {
  interface HTMLElementTagNameMap {
    "natstap-viewer": NatstapViewer;
  }
}
