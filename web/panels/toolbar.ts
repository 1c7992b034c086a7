/**
 * The toolbar: the state of the stream, the search field, and the tools.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Status } from "../connection/status.ts";
import type { FileKind } from "../export/download.ts";
import type { Command } from "../keys/shortcuts.ts";
import type { TimeMode } from "../rows/row_time.ts";
import { problemTemplate, type SearchModel, searchTemplate } from "../search/search_field.ts";
import * as icons from "./icons.ts";
import type { Menu } from "./menu_controller.ts";
import type { Text } from "../texts/texts.ts";
import { t } from "../texts/translate.ts";

const TIME_NAMES: Readonly<Record<TimeMode, Text>> = {
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
      ${app === "" ? nothing : html`<strong class="app" title=${app}>${app}</strong>`}
      <div class="status" part="status" data-kind=${status.kind} title=${status.detail ||
        status.text}>
        <span class="dot"></span><span class="status-text">${status.text}</span>
      </div>
      ${searchTemplate(model)}
      <slot name="toolbar"></slot>
      <button class="tool pause" aria-pressed=${paused} aria-label=${paused
        ? t("Resume")
        : t("Pause")}
        title=${paused ? t("Resume (Space)") : t("Pause (Space)")} @click=${() =>
          onCommand("pause")}>
        ${paused ? icons.play : icons.pause}
      </button>
      <button class="tool more" aria-label=${t(
        "More",
      )} aria-expanded=${isOpen} aria-controls="tools"
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
    <button class="tool" aria-pressed=${wrap} aria-label=${t("Wrap long lines")}
      title=${t("Wrap long lines (w)")}
      @click=${() => onCommand("wrap")}>${icons
        .wrap}<span class="tool-name">${t("Wrap long lines")}</span></button>
    <button class="tool time-tool" aria-label=${t("Times: {time}", { time: t(TIME_NAMES[time]) })}
      title=${t("Times: local, UTC or relative (t)")} @click=${() => onCommand("time")}>
      ${icons
        .clock}<span class="tool-name">${t("Times")}</span><span class="tool-value">${t(
          TIME_NAMES[time],
        )}</span>
    </button>
    ${model.columns}
    <div class="menu">
      <button class="tool" aria-label=${t("Download")} title=${t(
        "Download",
      )} aria-expanded=${isOpen}
        aria-controls="downloads" @click=${() => onMenu(isOpen ? "tools" : "download")}>
        ${icons.download}<span class="tool-name">${t("Download")}</span>
      </button>
      ${isOpen ? downloads(model) : nothing}
    </div>
    <button class="tool" aria-label=${t("Clear")} title=${t("Clear the list")} @click=${onClear}>
      ${icons.trash}<span class="tool-name">${t("Clear")}</span></button>
    <button class="tool" aria-label=${t("Help")} title=${t("Keyboard shortcuts (?)")} @click=${() =>
      onCommand("help")}>
      ${icons.help}<span class="tool-name">${t("Keyboard shortcuts")}</span></button>
  `;
}

function downloads({ filtered, onDownload }: ToolbarModel): TemplateResult {
  const entry = (label: Text, kind: FileKind, onlyFiltered: boolean) =>
    html`
      <button class="download" @click=${() => onDownload(kind, onlyFiltered)}>
        <span>${t(label)}</span><code>.${kind}</code>
      </button>
    `;
  return html`
    <div class="panel" id="downloads" role="group" aria-label=${t("Download")}>
      ${filtered
        ? [entry("Filtered lines", "log", true), entry("Filtered lines", "ndjson", true)]
        : nothing}
      ${entry("All lines", "log", false)} ${entry("All lines", "ndjson", false)}
    </div>
  `;
}
