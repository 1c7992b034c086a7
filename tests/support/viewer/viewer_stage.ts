/**
 * Runs the viewer for a test: the real service and nats-server, chromium, and a product's site on another
 * origin.
 *
 * @module
 */
import type { Browser, Locator, Page, Request } from "npm:playwright-core@^1";
import { build } from "../../../tools/bundle.ts";
import { launchChromium } from "../../../tools/chromium.ts";
import { assertEventually, PATIENCE_MS } from "../patience.ts";
import { mint, type Service, type Stack, startService, startStack, subjectOf } from "../service.ts";
import { type FlyFields, flyPayload } from "./sample_rows.ts";

/** The app whose lines are published. */
export const APP = "panini-786";
/** The machine that publishes them. */
export const MACHINE = "d896d7c609dd68";

/** A page in the browser, and what went wrong in it. */
export class Visit implements AsyncDisposable {
  readonly page: Page;
  /** All requests so far. */
  readonly requests: Request[] = [];
  /** Descriptions of all errors, policy violations and dialogs so far. */
  readonly trouble: string[] = [];
  readonly #publish: Stage["publish"];

  constructor(page: Page, publish: Stage["publish"]) {
    this.page = page;
    this.#publish = publish;
  }

  /** Calls by scripts in log lines so far; there should be none. */
  fired(): Promise<string[]> {
    return this.page.evaluate<string[]>("fired");
  }

  /** Waits until `expression` is true in the page. A policy may block Playwright's own method. */
  async holds(expression: string): Promise<void> {
    await assertEventually(() => this.page.evaluate(`Boolean(${expression})`), true, expression);
  }

  /** Waits until the viewer is live: lines published from then on arrive. */
  async live(): Promise<void> {
    await this.holds("statuses.some(({ state }) => state === 'live')");
  }

  /** The elements of the viewer that match `selector`. */
  element(selector: string): Locator {
    return this.page.locator(`natstap-viewer ${selector}`);
  }

  get searchField(): Locator {
    return this.element("#search");
  }

  /** The buttons with this name. */
  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name });
  }

  /** The first row that shows `message`. */
  row(message: string | RegExp): Locator {
    return this.element(".row").filter({ hasText: message }).first();
  }

  /** A property of the computed style of the first element that matches `selector`. */
  async style(selector: string, property: string): Promise<string> {
    return await this.page.evaluate(`getComputedStyle(shadow("${selector}")).${property}`);
  }

  /** The messages on the screen, from top to bottom, without the white space around them. */
  async messages(): Promise<string[]> {
    return (await this.element(".row .message").allInnerTexts()).map((text) => text.trim());
  }

  /** Publishes lines, and waits until the last one is on the screen. */
  async show(...lines: (FlyFields & { readonly message: string })[]): Promise<void> {
    await this.#publish(...lines);
    await this.row(lines.at(-1)!.message).waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}

/** What a test works with. */
export interface Stage extends AsyncDisposable {
  readonly stack: Stack;
  readonly service: Service;
  /** Origin of the product's site. */
  readonly site: string;
  /** Opens a URL, or a page with this HTML on the product's site. */
  visit(urlOrHtml: string, options?: VisitOptions): Promise<Visit>;
  /** Like `visit()`, and waits until the viewer is live. */
  watch(urlOrHtml: string, options?: VisitOptions): Promise<Visit>;
  /** Opens a product's page filled by the viewer, and waits until it is live. */
  open(attributes?: string, options?: VisitOptions): Promise<Visit>;
  /** The HTML that embeds the viewer; `attributes` are added to `src` and `token`. */
  embedding(token: string, attributes?: string): string;
  /** URL of the page at `/`, with a token of `claims` in the fragment. */
  pageUrl(claims?: Record<string, unknown>): Promise<string>;
  /** Publishes Fly lines of {@linkcode APP}, or payloads. */
  publish(...lines: (FlyFields | string | Uint8Array)[]): Promise<void>;
  /** Starts the service again, at the same address, after it was stopped. */
  restart(): Promise<Service>;
}

/** Options of the browser context, and the content security policy of the page. */
export type VisitOptions = Parameters<Browser["newContext"]>[0] & { readonly csp?: string };

const VIEWPORT = { width: 1280, height: 800 };

/** Starts everything; `env` is added to the service's environment. */
export async function startStage(env: Record<string, string> = {}): Promise<Stage> {
  await using started = new AsyncDisposableStack();
  await build();
  const pages = new Map<string, Response>();
  const server = serveSite(pages);
  started.defer(() => server.shutdown());
  const site = `http://127.0.0.1:${server.addr.port}`;
  const stack = started.use(await startStack({ CORS_ORIGINS: site, ...env }));
  const browser = started.adopt(await launchChromium(), (browser) => browser.close());
  const publish = async (...lines: (FlyFields | string | Uint8Array)[]) => {
    for (const line of lines) {
      const isPayload = typeof line === "string" || line instanceof Uint8Array;
      stack.publisher.publish(subjectOf(APP, "dfw", MACHINE), isPayload ? line : flyLine(line));
    }
    await stack.publisher.flush();
  };
  const visit = async (urlOrHtml: string, { csp, ...options }: VisitOptions = {}) => {
    const path = `/${pages.size}`;
    const isUrl = /^https?:/.test(urlOrHtml);
    if (!isUrl) pages.set(path, pageOf(urlOrHtml, csp));
    return await openPage(browser, isUrl ? urlOrHtml : site + path, options, publish);
  };
  const watch: Stage["watch"] = async (...page) => {
    const visited = await visit(...page);
    await visited.live();
    return visited;
  };
  const { service } = stack;
  const embedding = (token: string, attributes = "") =>
    `<script type="module" src="${service.url}/viewer.js"></script>
<natstap-viewer src="${service.url}/logs" token="${token}" ${attributes}></natstap-viewer>`;
  const open: Stage["open"] = async (attributes, options) => {
    const style = "<style>body { margin: 0 } natstap-viewer { height: 100vh }</style>";
    return await watch(style + embedding(await mint({ app: APP }), attributes), options);
  };
  const pageUrl = async (claims?: Record<string, unknown>) =>
    `${service.url}/#token=${await mint({ app: APP, ...claims })}`;
  const restart = async () => {
    const { port } = new URL(service.url);
    const again = { NATS_URL: stack.nats.url, CORS_ORIGINS: site, PORT: port, ...env };
    return await startService(again);
  };
  const all = started.move();
  return {
    ...{ stack, service, site, visit, watch, open, embedding, pageUrl, publish, restart },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A log line as published by Fly, from {@linkcode MACHINE} unless it says otherwise. */
export function flyLine(fields: FlyFields): string {
  const timestamp = new Date().toISOString();
  return flyPayload({ machine: MACHINE, message: "GET /healthz 200 3ms", timestamp, ...fields });
}

function serveSite(pages: ReadonlyMap<string, Response>): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    return pages.get(new URL(url).pathname)?.clone() ?? new Response(null, { status: 204 });
  });
}

function pageOf(html: string, csp?: string): Response {
  return new Response(`<!doctype html><html lang="en"><title>A product's page</title>${html}`, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      ...(csp !== undefined && { "content-security-policy": csp }),
    },
  });
}

/**
 * Runs before any script of a page: records statuses, policy violations, and calls by log lines, and defines
 * `viewer` and `shadow()`, which finds an element in its shadow tree.
 */
const RECORDER = `
  Object.defineProperty(globalThis, "viewer", {
    get: () => document.querySelector("natstap-viewer"),
  });
  globalThis.shadow = (selector) => viewer.shadowRoot.querySelector(selector);
  globalThis.fired = [];
  globalThis.xss = (name) => void fired.push(String(name));
  globalThis.statuses = [];
  addEventListener("natstap-status", ({ detail }) => statuses.push(detail));
  addEventListener("securitypolicyviolation", (event) => {
    console.error(\`blocked: \${event.violatedDirective} \${event.blockedURI} \${event.sample}\`);
  });
`;

async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser["newContext"]>[0],
  publish: Stage["publish"],
): Promise<Visit> {
  const context = await browser.newContext({ viewport: VIEWPORT, ...options });
  await context.addInitScript(RECORDER);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const visit = new Visit(page, publish);
  const { requests, trouble } = visit;
  context.on("request", (request) => void requests.push(request));
  context.on("page", () => void trouble.push("a window was opened"));
  page.on("pageerror", ({ message }) => void trouble.push(`error: ${message}`));
  page.on("console", (message) => {
    if (message.type() === "error") trouble.push(`console: ${message.text()}`);
  });
  page.on("dialog", async (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.goto(url);
  return visit;
}
