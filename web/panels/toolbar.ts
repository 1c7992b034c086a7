/**
 * The toolbar: the state of the stream, the search field, and the tools.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit";
import type { Status } from "../connection/status.ts";
import type { FileKind } from "../export/download.ts";
import type { Command } from "../keys/shortcuts.ts";
import type { TimeMode } from "../rows/row_time.ts";
import { problemTemplate, type SearchModel, searchTemplate } from "../search/search_field.ts";
import * as icons from "./icons.ts";
import type { Menu } from "./menu_controller.ts";

const TIME_NAMES: Readonly<Record<TimeMode, string>> = {
  local: "Local",
  utc: "UTC",
  relative: "Relative",
};

export interface ToolbarModel extends SearchModel {
  readonly status: Status;
  readonly app: string;
  readonly paused: boolean;
  readonly wrap: boolean;
  readonly time: TimeMode;
  readonly filtered: boolean;
  readonly menu: Menu | undefined;
  /** The tool that shows fields as columns. */
  readonly columns: TemplateResult;
  onClear(): void;
  onCommand(command: Command): void;
  onMenu(menu: Menu | undefined): void;
  onDownload(kind: FileKind, filtered: boolean): void;
}

/** Renders the toolbar. */
export function toolbarTemplate(model: ToolbarModel): TemplateResult {
  const { status, app, paused, menu, onCommand, onMenu } = model;
  const isOpen = menu !== undefined;
  return html`
    <div class="toolbar" part="toolbar">
      <div class="status" part="status" data-kind=${status.kind} title=${status.detail ||
        status.text}>
        <span class="dot"></span><span class="status-text">${status.text}</span>
      </div>
      ${app === "" ? nothing : html`<strong class="app" title=${app}>${app}</strong>`}
      ${searchTemplate(model)}
      <button class="tool pause" aria-pressed=${paused} aria-label=${paused ? "Resume" : "Pause"}
        title=${paused ? "Resume (Space)" : "Pause (Space)"} @click=${() => onCommand("pause")}>
        ${paused ? icons.play : icons.pause}
      </button>
      <button class="tool more" aria-label="More" aria-expanded=${isOpen} aria-controls="tools"
        @click=${() => onMenu(isOpen ? undefined : "tools")}>${icons.more}</button>
      <div class="tools" id="tools" data-open=${isOpen}>${tools(model)}</div>
    </div>
    ${problemTemplate(model)}
  `;
}

function tools(model: ToolbarModel): TemplateResult {
  const { wrap, time, menu, onClear, onCommand, onMenu } = model;
  const isOpen = menu === "download";
  return html`
    <button class="tool" aria-pressed=${wrap} aria-label="Wrap long lines"
      title="Wrap long lines (w)"
      @click=${() => onCommand("wrap")}>${icons
        .wrap}<span class="tool-name">Wrap long lines</span></button>
    <button class="tool time-tool" aria-label="Times: ${TIME_NAMES[time]}"
      title="Times: local, UTC or relative (t)" @click=${() => onCommand("time")}>
      ${icons
        .clock}<span class="tool-name">Times</span><span class="tool-value">${TIME_NAMES[
          time
        ]}</span>
    </button>
    ${model.columns}
    <div class="menu">
      <button class="tool" aria-label="Download" title="Download" aria-expanded=${isOpen}
        aria-controls="downloads" @click=${() => onMenu(isOpen ? "tools" : "download")}>
        ${icons.download}<span class="tool-name">Download</span>
      </button>
      ${isOpen ? downloads(model) : nothing}
    </div>
    <button class="tool" aria-label="Clear" title="Clear the list" @click=${onClear}>
      ${icons.trash}<span class="tool-name">Clear</span></button>
    <button class="tool" aria-label="Help" title="Keyboard shortcuts (?)" @click=${() =>
      onCommand("help")}>
      ${icons.help}<span class="tool-name">Keyboard shortcuts</span></button>
  `;
}

function downloads({ filtered, onDownload }: ToolbarModel): TemplateResult {
  const entry = (label: string, kind: FileKind, onlyFiltered: boolean) =>
    html`
      <button class="download" @click=${() => onDownload(kind, onlyFiltered)}>
        <span>${label}</span><code>.${kind}</code>
      </button>
    `;
  return html`
    <div class="panel" id="downloads" role="group" aria-label="Download">
      ${filtered
        ? [entry("Filtered lines", "log", true), entry("Filtered lines", "ndjson", true)]
        : nothing}
      ${entry("All lines", "log", false)} ${entry("All lines", "ndjson", false)}
    </div>
  `;
}
