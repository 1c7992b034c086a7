/**
 * The markup of a JSON tree, whose nodes can be collapsed and expanded.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { countText } from "../rows/count_text.ts";
import { plainText, type Span } from "./ansi.ts";
import { searchBudget } from "../search/bounded_match.ts";
import { type JsonNode, scalarClass } from "./json.ts";
import { segmentsOf } from "./segments.ts";
import { type Rendered, textTemplate } from "./text_template.ts";
import { t } from "../texts/translate.ts";

/** In a tree with more nodes, deep and long nodes start collapsed, so that its structure is visible. */
const OPEN_NODES = 60;
const OPEN_DEPTH = 3;
const OPEN_LENGTH = 50;

/** Maximum time for finding the matches in a whole tree. */
const SEARCH_MS = 20;

/** Maximum length of a value that has a menu. */
const MAX_ACTED_ON = 5000;

/** What all nodes of a tree share. */
interface Tree {
  /** Renders a span with its matches highlighted. */
  readonly text: (span: Span) => Rendered;
  readonly isSmall: boolean;
}

/**
 * Renders the tree of `node`.
 *
 * @param pattern Matches the text to highlight; must have the flag `g`.
 */
export function treeTemplate(node: JsonNode, pattern: RegExp | undefined): TemplateResult {
  const budget = searchBudget(SEARCH_MS);
  const text = (span: Span) => textTemplate(segmentsOf([span], pattern, budget));
  const tree = { text, isSmall: sizeOf(node) <= OPEN_NODES };
  return html`<div class="json">${nodeTemplate(tree, node, [], "")}</div>`;
}

/** @param path The keys that lead to the node; items of arrays have none. */
function nodeTemplate(
  tree: Tree,
  node: JsonNode,
  path: readonly string[],
  comma: "," | "",
  depth = 0,
): TemplateResult {
  const key = keyTemplate(tree, node.key);
  const { children } = node;
  if (children === undefined) {
    const parts = [key, scalarTemplate(tree, node.text), comma, actionsTemplate(path, node.text)];
    return html`<div class="entry">${parts}</div>`;
  }
  const end = `${node.text === "{" ? "}" : "]"}${comma}`;
  if (children.length === 0) return html`<div class="entry">${key}${node.text}${end}</div>`;
  const open = tree.isSmall || (depth < OPEN_DEPTH && children.length <= OPEN_LENGTH);
  const collapsed = html`<span class="collapsed"> ${countOf(node)} ${end}</span>`;
  const entries = children.map((child, index) =>
    nodeTemplate(
      tree,
      child,
      child.key === undefined ? path : [...path, decoded(child.key) ?? ""],
      index === children.length - 1 ? "" : ",",
      depth + 1,
    )
  );
  return html`
    <details ?open=${open}>
      <summary>${key}${node.text}${collapsed}</summary>
      <div class="children">${entries}</div>
      <div class="entry">${end}</div>
    </details>
  `;
}

function keyTemplate({ text }: Tree, key: string | undefined): unknown {
  return key === undefined ? nothing : [text({ text: key, className: "key", css: "" }), ": "];
}

function sizeOf({ children = [] }: JsonNode): number {
  return children.reduce((size, child) => size + sizeOf(child), 1);
}

function countOf({ text, children = [] }: JsonNode): string {
  return countText(children.length, text === "{" ? "key" : "item");
}

/** A string with several lines, such as a stack trace, is shown as lines; other scalars are shown as written. */
function scalarTemplate({ text }: Tree, written: string): unknown {
  const className = scalarClass(written);
  const value = className === "string" && written.includes("\\") ? decoded(written) : undefined;
  if (value === undefined || !(value.includes("\n") || value.includes("\x1b"))) {
    return text({ text: written, className, css: "" });
  }
  return html`<div class="lines">${text({ text: plainText(value), className, css: "" })}</div>`;
}

/** The button that opens the menu of a value. */
function actionsTemplate(path: readonly string[], written: string): unknown {
  const name = path.join(".");
  if (name === "" || written.length > MAX_ACTED_ON) return nothing;
  const text = written.startsWith('"') ? decoded(written) ?? written : written;
  const to = t("Actions for {name}", { name });
  return html`<button class="value" data-name=${name} data-value=${text} aria-label=${to}></button>`;
}

function decoded(written: string): string | undefined {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}
