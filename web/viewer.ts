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
import { type CSSResultGroup, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { Banner, bannerTemplate } from "./panels/banner.ts";
import { chipsTemplate } from "./panels/chips.ts";
import { copy } from "./export/clipboard.ts";
import { TIMES } from "./list/row_time.ts";
import type { ConnectionState } from "./connection/connection.ts";
import { type FileKind, toText } from "./export/download.ts";
import { emptyTemplate } from "./panels/empty.ts";
import { Feed } from "./rows/feed.ts";
import { helpTemplate } from "./panels/help.ts";
import { type Command, commandOf, isFor } from "./panels/shortcuts.ts";
import { Lens } from "./search/lens.ts";
import { List } from "./list/list.ts";
import { Pace } from "./list/frame_scheduler.ts";
import { pillTemplate } from "./panels/pill.ts";
import { Rate } from "./rows/line_rate.ts";
import type { Line, Row } from "./rows/row.ts";
import { rowStyle } from "./list/row_style.ts";
import { rowTemplate } from "./list/row_view.ts";
import { saveRows } from "./export/save.ts";
import { hasSelection, type SelectedRows, selectedRows } from "./list/selection.ts";
import { type Status, statusOf } from "./connection/status.ts";
import { Store } from "./rows/store.ts";
import { Stream } from "./connection/viewer_stream.ts";
import { BAR_SECONDS, stripTemplate } from "./panels/strip.ts";
import { style } from "./theme/viewer_style.ts";
import { type Menu, toolbarTemplate } from "./panels/toolbar.ts";
import { LIMIT, ViewerElement } from "./viewer_element.ts";

/** How often what depends on the time is drawn. Milliseconds. */
const TICK = 1000;
/** How long a note such as "Copied" shows. Milliseconds. */
const NOTE_TIME = 1600;
/** The width below which rows stack, as in the style sheet. Pixels. */
const NARROW = 640;
/** Where a click leaves the keys to the list. */
const CLICKED = ".pause, .tools, .chips, .facets, .row";
/** What makes another stream of it. */
const STREAM = ["src", "region", "machine", "app"] as const;

/** What the event `natstap-status` carries: how the stream is, and whether the view is paused. */
export type ViewerStatus = ConnectionState & { readonly paused: boolean };

/** The element. */
export class NatstapViewer extends ViewerElement {
  static override styles: CSSResultGroup = [style, rowStyle];

  readonly #store = new Store(LIMIT);
  readonly #rate = new Rate();
  readonly #lens = new Lens(this.#store);
  readonly #feed = new Feed(this.#store, (line) => this.#came(line));
  readonly #pace = new Pace(() => this.#drawList(), () => this.requestUpdate());
  readonly #stream = new Stream(this.#feed, () => this.#tell());
  readonly #unfolded = new Set<number>();
  readonly #banner = new Banner();
  #list: List | undefined;
  /** Whether it was drawn as having no row. */
  #isEmpty = true;
  #cleared = false;
  /** The row to light up: the eye is to find it. */
  #flash: number | undefined;
  #flashTimer: ReturnType<typeof setTimeout> | undefined;
  #facetsOpen = false;
  #menu: Menu | undefined;
  #selected: SelectedRows | undefined;
  #pointed: number | undefined;
  #note = "";
  #noteTimer: ReturnType<typeof setTimeout> | undefined;
  #ticks: ReturnType<typeof setInterval> | undefined;
  #leaving = new AbortController();

  constructor() {
    super();
    this.#store.onChange = () => this.#pace.data();
  }

  /** Empties the list. */
  clear(): void {
    this.#cleared ||= this.#store.size > 0;
    this.#unfolded.clear();
    this.#rate.clear();
    this.#feed.clear();
    this.#list?.toEnd();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    document.addEventListener("keydown", (event) => this.#press(event), { signal });
    document.addEventListener("pointerdown", (event) => this.#point(event), { signal });
    document.addEventListener("selectionchange", () => this.#select(), { signal });
    this.#ticks = setInterval(() => this.#tick(), TICK);
    if (this.hasUpdated) this.#connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leaving.abort();
    clearInterval(this.#ticks);
    clearTimeout(this.#noteTimer);
    this.#note = "";
    this.#pace.stop();
    this.#stream.close();
  }

  protected override firstUpdated(): void {
    // On a phone most lines are longer than the view.
    this.wrap ||= this.clientWidth > 0 && this.clientWidth < NARROW;
    this.renderRoot.addEventListener("click", (event) => this.#clicked(event as MouseEvent), {
      capture: true,
    });
    this.#list = new List(this.#find(".scroller"), {
      rows: this.#store,
      template: (row) => this.#row(row),
      onScroll: () => this.#pace.frame(),
    });
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("limit")) this.#store.limit = this.limit > 0 ? this.limit : LIMIT;
    if (changed.has("wrap")) this.#list?.remeasure();
    if (changed.has("time")) this.#pace.frame();
    if (changed.has("paused")) this.#pausedChanged();
    const isOther = STREAM.some((name) => changed.has(name));
    if (isOther && this.#stream.isOpen) {
      this.#stream.close();
      this.clear();
      this.#cleared = false;
    }
    // One that is being asked, or has given a token, is no reason to begin anew.
    const hasProvider = changed.has("tokenProvider") && this.tokenProvider !== undefined &&
      ["idle", "ended"].includes(this.#stream.state.state);
    if (isOther || changed.has("token") || hasProvider) this.#connect();
  }

  #connect(): void {
    if (!this.src || !this.isConnected) return this.#stream.close();
    const { src, token, region, machine, app } = this;
    const provider = () => this.tokenProvider;
    this.#stream.open({
      ...{ src, token, region, machine, app },
      // A host that renders anew gives a new one each time: the last counts.
      get tokenProvider() {
        return provider();
      },
    });
  }

  #tell(): void {
    this.#banner.become(this.#stream.state, Date.now());
    const status: ViewerStatus = { ...this.#stream.state, paused: this.paused };
    this.#dispatch("natstap-status", status);
    this.requestUpdate();
  }

  /** An event that nobody listens to takes a microsecond or two: it needs no switch. */
  #came(line: Line): void {
    this.#rate.add(line);
    this.#dispatch("natstap-line", line);
    this.#pace.calm();
  }

  #dispatch(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #pausedChanged(): void {
    if (this.paused) this.#feed.pause();
    else this.#feed.resume();
    this.#tell();
  }

  #tick(): void {
    this.requestUpdate();
    if (this.time === "relative") this.#pace.frame();
  }

  #drawList(): void {
    if (this.#lens.look()) this.#pace.frame();
    this.#list?.update();
    if (this.#isEmpty === this.#store.visibleCount > 0) this.requestUpdate();
    this.#pace.calm();
  }

  #row(row: Row): TemplateResult {
    const { id } = row;
    return rowTemplate(row, {
      time: this.time,
      wrap: this.wrap,
      unfolded: this.#unfolded.has(id),
      now: Date.now(),
      pattern: this.#lens.pattern,
      current: this.#lens.current === id,
      flash: this.#flash === id,
      onFold: () => this.#fold(id),
      onCopy: () => this.#copy(toText(row), "Line copied"),
      onContext: this.#lens.isFiltering ? () => this.#showContext(id) : undefined,
      onPick: (facet, value) => this.#look(() => this.#lens.pick(facet, value)),
    });
  }

  protected override render(): TemplateResult {
    const now = Date.now();
    const status = statusOf(this.#stream.state, this.paused, now);
    const isEmpty = this.#isEmpty = this.#store.visibleCount === 0;
    return html`
      <div class="viewer">
        ${this.#toolbar(status)} ${this.#chips()} ${this.#strip()}
        ${isEmpty ? nothing : bannerTemplate(this.#banner.status(now))}
        <div class="list" part="list">
          <div class="scroller" role="log" aria-live="off" aria-label="Log lines" tabindex="0"
            @copy=${(event: ClipboardEvent) => this.#copySelection(event)}></div>
          ${isEmpty ? this.#empty(status) : nothing} ${this.#pill()}
        </div>
        <div class="note" role="status" data-shown=${this.#note !== ""}>${this.#note}</div>
        <div class="spoken" role="status">${this.#stream.app} ${status.spoken}. ${status
          .detail}</div>
        ${helpTemplate(() => this.#help.close())}
      </div>
    `;
  }

  #toolbar(status: Status): TemplateResult {
    const lens = this.#lens;
    return toolbarTemplate({
      status,
      app: this.#stream.app || this.app || "",
      query: lens.query,
      problem: lens.problem,
      tally: lens.tally,
      paused: this.paused,
      wrap: this.wrap,
      time: this.time,
      filtered: lens.isFiltering,
      menu: this.#menu,
      onQuery: (query) => this.#look(() => lens.query = query),
      onStep: (by) => this.#step(by),
      onLeave: () => this.#find(".scroller").focus(),
      onPause: () => this.#do("pause"),
      onWrap: () => this.#do("wrap"),
      onTime: () => this.#do("time"),
      onHelp: () => this.#do("help"),
      onClear: () => {
        this.#open(undefined);
        this.clear();
      },
      onMenu: (menu) => this.#open(menu),
      onDownload: (kind, filtered) => this.#download(kind, filtered),
    });
  }

  #chips(): TemplateResult {
    return chipsTemplate({
      counts: this.#store.facets,
      picks: this.#lens.picks,
      open: this.#facetsOpen,
      onPick: (facet, value) => this.#look(() => this.#lens.pick(facet, value)),
      onReset: () => this.#look(() => this.#lens.resetPicks()),
      onOpen: () => {
        this.#facetsOpen = !this.#facetsOpen;
        this.requestUpdate();
      },
    });
  }

  #strip(): TemplateResult {
    return stripTemplate({
      bars: this.#rate.bars(BAR_SECONDS),
      pointed: this.#pointed,
      time: this.time,
      onPoint: (index) => {
        this.#pointed = index;
        this.requestUpdate();
      },
      onJump: ({ firstId }) => firstId !== undefined && this.#goTo(firstId),
    });
  }

  #empty(status: Status): TemplateResult {
    const onReset = () => this.#look(() => this.#lens.reset());
    const { state } = this.#stream;
    return emptyTemplate({
      state,
      status,
      held: this.#store.size,
      cleared: this.#cleared,
      onReset,
    });
  }

  #pill(): TemplateResult | typeof nothing {
    return pillTemplate({
      paused: this.paused,
      waiting: this.#feed.waiting,
      following: this.#store.visibleCount === 0 || this.#list?.following !== false,
      unseen: this.#list?.unseen ?? 0,
      onEnd: () => this.#do("end"),
    });
  }

  /** Looks at other rows. */
  #look(change: () => void): void {
    change();
    this.#list?.remeasure();
    this.requestUpdate();
  }

  #showContext(id: number): void {
    this.#look(() => this.#lens.reset());
    this.#goTo(id);
  }

  /** Goes to a row and lights it up. */
  #goTo(id: number): void {
    this.#flash = id;
    clearTimeout(this.#flashTimer);
    this.#flashTimer = setTimeout(() => this.#flash = undefined, NOTE_TIME);
    this.#list?.toRow(id);
  }

  #step(by: 1 | -1): void {
    const { current } = this.#lens;
    const id = this.#lens.step(by, this.#list?.bottomRow ?? Infinity);
    if (id !== undefined) this.#list?.toRow(id);
    const isAround = id !== undefined && current !== undefined && (id - current) * by <= 0;
    if (isAround) this.#say(by > 0 ? "From the top" : "From the bottom");
    this.requestUpdate();
  }

  #fold(id: number): void {
    if (!this.#unfolded.delete(id)) this.#unfolded.add(id);
    this.#list?.reveal(id);
  }

  async #copy(text: string, note: string): Promise<void> {
    await copy(text);
    this.#say(note);
  }

  /** What of a selection over several rows goes to the clipboard: lines, also those out of view. */
  #copySelection(event: ClipboardEvent): void {
    const selected = selectedRows(this.renderRoot as ShadowRoot, this.#selected);
    if (selected === undefined) return;
    const rows: string[] = [];
    for (const row of this.#store.visible()) {
      if (row.id >= selected.first && row.id <= selected.last) rows.push(toText(row));
    }
    event.clipboardData?.setData("text/plain", rows.join("\n"));
    event.preventDefault();
    this.#say(`${rows.length} lines copied`);
  }

  /** What is being selected must not run away. */
  #select(): void {
    this.#selected = selectedRows(this.renderRoot as ShadowRoot, this.#selected);
    if (this.#list?.following && hasSelection(this.renderRoot as ShadowRoot)) {
      this.#list.stay();
      this.#pace.calm();
    }
  }

  #download(kind: FileKind, filtered: boolean): void {
    this.#open(undefined);
    saveRows(filtered ? this.#store.visible() : this.#store.all(), kind, this.#stream.app);
  }

  #say(note: string): void {
    this.#note = note;
    clearTimeout(this.#noteTimer);
    this.#noteTimer = setTimeout(() => {
      this.#note = "";
      this.requestUpdate();
    }, NOTE_TIME);
    this.requestUpdate();
  }

  #open(menu: Menu | undefined): void {
    this.#menu = menu;
    this.requestUpdate();
  }

  #point(event: PointerEvent): void {
    const isInMenu = event.composedPath().some((target) =>
      target instanceof Element && target.matches(".tools, .more")
    );
    if (this.#menu !== undefined && !isInMenu) this.#open(undefined);
  }

  /** Space is for the list again: a button clicked by the pointer would hold it. */
  #clicked({ detail, target }: MouseEvent): void {
    if (detail === 0 || !(target instanceof Element)) return;
    // Who opens a menu may go on in it by keys.
    if (!target.closest(CLICKED) || target.closest(".menu > .tool")) return;
    this.#find(".scroller").focus({ preventScroll: true });
  }

  #press(event: KeyboardEvent): void {
    const command = isFor(this, event) ? commandOf(event) : undefined;
    if (command === undefined || this.#help.open) return;
    if (this.#do(command)) event.preventDefault();
  }

  /** Does what a key or a button asks for. Returns whether there was something to do. */
  #do(command: Command): boolean {
    const list = this.#list!;
    const commands: Record<Command, () => void> = {
      search: () => this.#focusSearch(),
      mode: () =>
        this.#look(() => this.#lens.query = { ...this.#lens.query, find: !this.#lens.query.find }),
      pause: () => this.paused = !this.paused,
      start: () => list.toStart(),
      end: () => {
        this.paused = false;
        list.toEnd();
      },
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      wrap: () => this.wrap = !this.wrap,
      time: () => this.time = TIMES[(TIMES.indexOf(this.time) + 1) % TIMES.length]!,
      help: () => {
        this.#open(undefined);
        this.#help.showModal();
      },
      leave: () => this.#leave(),
    };
    if (command === "leave" && this.#menu === undefined && !this.#lens.query.text) return false;
    commands[command]();
    return true;
  }

  /** Closes the menu, or else empties the field. */
  #leave(): void {
    if (this.#menu !== undefined) this.#open(undefined);
    else this.#look(() => this.#lens.query = { ...this.#lens.query, text: "" });
  }

  #focusSearch(): void {
    const field = this.#find<HTMLInputElement>("#search");
    field.focus();
    field.select();
  }

  get #help(): HTMLDialogElement {
    return this.#find("dialog");
  }

  #find<T extends HTMLElement>(selector: string): T {
    return this.renderRoot.querySelector<T>(selector)!;
  }
}

// A page may have the script twice, under two addresses.
if (customElements.get("natstap-viewer") === undefined) {
  customElements.define("natstap-viewer", NatstapViewer);
}

declare global {
  interface HTMLElementTagNameMap {
    "natstap-viewer": NatstapViewer;
  }
}
