/**
 * The page at `/`, which fills the window with the viewer as soon as it has a token.
 *
 * The token is pasted, or comes from the link's fragment, which browsers do not send. Only the viewer keeps it:
 * it is removed from the address bar and never stored.
 *
 * @module
 */
import type { ConnectionState } from "./connection/connection_options.ts";
import type { FilterDetail } from "./package/element.ts";

/** The part of the permitted lines that a link selects. */
type Scope = Partial<Record<"app" | "region" | "machine", string>>;

/** The members of the viewer element that this page uses. */
interface Viewer extends HTMLElement, Scope {
  src: string;
  token: string;
  filter: string | undefined;
  line: string | undefined;
  permalink: string;
  clear(): void;
  leaveContext(): void;
}

/** Without a frame around the list, which would be what a new reader sees first. */
const QUIETLY = { preventScroll: true, focusVisible: false } as FocusOptions;

/** A fragment with a token replaces what the query selects. */
let scope = scopeOf(location.search);
/** The query, which the address bar keeps in the fragment: the service's logs never have it. */
let filter = "";
/** The line that a link names. */
let line: string | undefined;
let viewer: Viewer | undefined;
/** Whether the last entry of the history is the context of a line. */
let isContext = false;
// This comes first, so that the token is neither visible nor in the browser's history.
const linkedToken = takeFragment();

const form = find("form", HTMLFormElement);
const field = find("#token", HTMLInputElement);
const reason = find("#reason", HTMLElement);
/** The app whose lines were shown last. */
let app: string | undefined;
/** Whether the token entered last is the one that the viewer already had. */
let isSame = false;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const token = tokenIn(field.value);
  field.value = "";
  watch(token);
});
addEventListener("hashchange", () => {
  const token = takeFragment();
  if (viewer !== undefined) {
    Object.assign(viewer, { filter, line });
    if (token !== "") Object.assign(viewer, { app: scope.app });
  }
  if (token !== "") watch(token);
});
// "Back" leaves the context of a line. Another fragment, which may have a token, is another event too.
addEventListener("popstate", () => {
  if (!isContext || history.state === "context") return;
  isContext = false;
  viewer?.leaveContext();
  keepFilter();
});
if (linkedToken === "") ask("");
else watch(linkedToken);

/** Removes the token from the fragment and returns it, or `""` if there is none. The view stays there. */
function takeFragment(): string {
  const fragment = location.hash.slice(1);
  const parameters = new URLSearchParams(fragment);
  const token = parameters.get("token") ?? "";
  filter = parameters.get("filter") ?? "";
  line = parameters.get("line") ?? undefined;
  if (token !== "") keepFilter();
  else if (viewer !== undefined) return "";
  scope = { ...scopeOf(location.search), ...scopeOf(fragment) };
  return tokenIn(token);
}

function keepFilter(): void {
  history.replaceState(history.state, "", address());
}

/** The address of the current view, without the token: someone else's token may permit it too. */
function address(): string {
  // The app is in it only if the reader chose it.
  const chosen = viewer?.app !== scope.app && viewer?.app;
  const view = { ...(chosen && { app: chosen }), ...(line && { line }), ...(filter && { filter }) };
  const fragment = `${new URLSearchParams(view)}`;
  return location.pathname + location.search + (fragment && `#${fragment}`);
}

/** Keeps the address up to date. The context of a line is an entry of the history. */
function filterChanged({ filter: next, context }: FilterDetail): void {
  if (filter !== next) line = undefined;
  filter = next;
  isContext ||= context;
  if (context) history.pushState("context", "", address());
  else if (history.state === "context") history.back();
  else keepFilter();
}

function scopeOf(parameters: string): Scope {
  const { app, region, machine } = Object.fromEntries(new URLSearchParams(parameters));
  return { ...(app && { app }), ...(region && { region }), ...(machine && { machine }) };
}

/** The token in pasted text, which may be a link or a header, or broken into lines by a terminal. */
function tokenIn(text: string): string {
  const [, linked] = /[#?&]token=([^&\s]+)/.exec(text) ?? [];
  return linked ?? text.replace(/^.*\bBearer\s+/is, "").replace(/[\s"']+/g, "");
}

function watch(token: string): void {
  reason.textContent = "";
  // A viewer that has shown lines keeps them.
  if (app === undefined || viewer === undefined) return open(token);
  // The app may have been chosen in the viewer.
  Object.assign(viewer, { region: undefined, machine: undefined, ...scope, app: viewer.app });
  isSame = viewer.token === token;
  if (isSame && document.body.dataset.state === "watch") return;
  // The same token is tried again: the reason for its rejection may be gone.
  viewer.token = "";
  viewer.token = token;
}

function open(token: string): void {
  viewer?.remove();
  viewer = document.createElement("natstap-viewer") as Viewer;
  Object.assign(
    viewer,
    { src: new URL("logs", document.baseURI).href, token, filter, line },
    scope,
  );
  viewer.addEventListener("natstap-status", (event) => {
    follow((event as CustomEvent<ConnectionState>).detail);
  });
  viewer.addEventListener("natstap-filter", (event) => {
    filterChanged((event as CustomEvent<FilterDetail>).detail);
  });
  document.body.append(viewer);
}

function follow(status: ConnectionState): void {
  if (status.state === "ended") {
    // The viewer offers the apps.
    if (status.reason === "app-required") return void (document.body.dataset.state = "watch");
    // The next token does not permit the app that was chosen for the last one.
    if (status.reason === "forbidden" && viewer !== undefined && viewer.app !== scope.app) {
      Object.assign(viewer, { app: scope.app });
      return;
    }
    const isRejected = status.reason === "unauthorized";
    return ask(isRejected ? `This token is not accepted. ${status.detail}` : status.detail);
  }
  // The viewer shows the reason.
  if (status.state === "reconnecting") document.body.dataset.state = "watch";
  if (status.state !== "live") return;
  // The lines of two apps must not be mixed.
  if (app !== undefined && app !== status.app) viewer?.clear();
  app = status.app;
  // Whoever opens the link may have a token for several apps.
  const query = app === "*" ? "" : `?app=${app}`;
  if (viewer !== undefined) viewer.permalink = `${location.pathname}${query}#line={line}`;
  isSame = false;
  reason.textContent = "";
  document.title = `${app} · natstap`;
  keepFilter();
  document.body.dataset.state = "watch";
  // Keys work at once, unless the focus is elsewhere.
  if (document.activeElement === document.body) viewer?.focus(QUIETLY);
}

/** Asks for a token: in a form at first, and later in a line above the viewer, which shows the reason. */
function ask(problem: string): void {
  const isFirst = app === undefined;
  reason.textContent = isFirst ? problem : isSame ? "This token is no longer accepted." : "";
  field.placeholder = isFirst ? "eyJhbGciOi…" : "Paste a new token to continue";
  document.body.dataset.state = isFirst ? "ask" : "renew";
  // Someone who is reading, or typing a filter, must not lose the focus.
  if (isFirst) field.focus();
}

function find<T extends Element>(selector: string, type: new () => T): T {
  const element = document.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`No element matches ${selector}`);
}
