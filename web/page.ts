/**
 * The page at `/`: the viewer over the whole window, once there is a token.
 *
 * A token comes in the link's fragment, which no browser sends anywhere, or is pasted. It is held in
 * the viewer alone: not in the address bar, not in storage.
 *
 * @module
 */
import type { ConnectionState } from "./connection/connection.ts";

/** What of the token's lines a link is for, where not for all. */
type Scope = Partial<Record<"app" | "region" | "machine", string>>;

/** What the page needs of the component, which comes in a module of its own. */
interface Viewer extends HTMLElement, Scope {
  src: string;
  token: string;
  clear(): void;
}

let scope: Scope = {};
// Before anything else: whoever looks at the screen, or at the history, finds no token.
const handedOver = takeFragment();

const form = find("form", HTMLFormElement);
const field = find("#token", HTMLInputElement);
const reason = find("#reason", HTMLElement);
let viewer: Viewer | undefined;
/** The app that was watched last. */
let app: string | undefined;
/** Whether the token tried is the one that has ended. */
let isSame = false;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const token = tokenIn(field.value);
  field.value = "";
  watch(token);
});
addEventListener("hashchange", () => {
  const token = takeFragment();
  if (token !== "") watch(token);
});
if (handedOver === "") ask("");
else watch(handedOver);

/** The fragment's token, which is gone from there now; `""` where it has none. */
function takeFragment(): string {
  const { token = "", ...rest } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (token === "") return "";
  history.replaceState(null, "", location.pathname + location.search);
  const { app, region, machine } = rest;
  scope = { ...(app && { app }), ...(region && { region }), ...(machine && { machine }) };
  return tokenIn(token);
}

/** The token in what was pasted: alone, in a link, as a header, or broken into lines by a terminal. */
function tokenIn(text: string): string {
  const [, linked] = /[#?&]token=([^&\s]+)/.exec(text) ?? [];
  return linked ?? text.replace(/^.*\bBearer\s+/is, "").replace(/[\s"']+/g, "");
}

function watch(token: string): void {
  reason.textContent = "";
  // One that has shown lines goes on with them.
  if (app === undefined || viewer === undefined) return open(token);
  Object.assign(viewer, { app: undefined, region: undefined, machine: undefined, ...scope });
  isSame = viewer.token === token;
  if (isSame && document.body.dataset.state === "watch") return;
  // The same one is tried once more: what it was refused for may be over.
  viewer.token = "";
  viewer.token = token;
}

function open(token: string): void {
  viewer?.remove();
  viewer = document.createElement("natstap-viewer") as Viewer;
  Object.assign(viewer, { src: new URL("logs", location.href).href, token }, scope);
  viewer.addEventListener("natstap-status", (event) => {
    follow((event as CustomEvent<ConnectionState>).detail);
  });
  document.body.append(viewer);
}

function follow(status: ConnectionState): void {
  if (status.state === "ended") {
    const isUnknown = status.reason === "unauthorized";
    return ask(isUnknown ? `This token is not accepted. ${status.detail}` : status.detail);
  }
  // Why it is not live yet, the viewer shows.
  if (status.state === "reconnecting") document.body.dataset.state = "watch";
  if (status.state !== "live") return;
  // Another app's lines are another story.
  if (app !== undefined && app !== status.app) viewer?.clear();
  app = status.app;
  isSame = false;
  reason.textContent = "";
  document.title = `${app} · natstap`;
  document.body.dataset.state = "watch";
}

/** Asks for a token: before any line was seen in full, after that in a line, where the viewer says why. */
function ask(why: string): void {
  const isFirst = app === undefined;
  reason.textContent = isFirst ? why : isSame ? "That is the token that has ended." : "";
  field.placeholder = isFirst ? "eyJhbGciOi…" : "Paste the next token to go on";
  document.body.dataset.state = isFirst ? "ask" : "renew";
  // Who is reading, or writing a filter, is not to be disturbed.
  if (isFirst) field.focus();
}

function find<T extends Element>(selector: string, type: new () => T): T {
  const element = document.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`The page has no ${selector}`);
}
