/**
 * The viewer at work: the real service and nats-server, chromium, and a product's site on another
 * origin.
 *
 * @module
 */
import type { Browser, Locator, Page, Request } from "npm:playwright-core@^1";
import { build } from "../../../tools/bundle.ts";
import { launchChromium } from "../../../tools/chromium.ts";
import { assertEventually, PATIENCE_MS } from "../patience.ts";
import { mint, type Service, type Stack, startService, startStack, subjectOf } from "../service.ts";

/** The app that the stage publishes for. */
export const APP = "panini-786";

/** A browser's window, and what went wrong in it. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** All that it has asked for so far. */
  readonly requests: Request[];
  /** Errors, refusals of a policy and dialogs so far, in words. */
  readonly trouble: string[];
  /** What scripts in log lines have called so far: nothing, one hopes. */
  fired(): Promise<string[]>;
}

/** What a test plays with. */
export interface Stage extends AsyncDisposable {
  readonly stack: Stack;
  readonly service: Service;
  /** The product's origin. */
  readonly site: string;
  /** Opens a window at `url`, or at a page of the product's site that holds this HTML. */
  visit(urlOrHtml: string, options?: VisitOptions): Promise<Visit>;
  /** Publishes Fly lines of {@linkcode APP}, or payloads as they are. */
  publish(...lines: (Partial<FlyLine> | string | Uint8Array)[]): Promise<void>;
  /** As the service was, at the same address, after it was stopped. */
  restart(): Promise<Service>;
}

/** How a window differs from the usual one. */
export type VisitOptions = Parameters<Browser["newContext"]>[0] & { readonly csp?: string };

/** What a Fly line says. */
export interface FlyLine {
  readonly message: string;
  readonly level: string;
  readonly provider: string;
  readonly region: string;
  readonly machine: string;
  readonly timestamp: string;
}

const WINDOW = { width: 1280, height: 800 };

/** Raises the curtain; `env` is the service's, beside `CORS_ORIGINS`. */
export async function startStage(env: Record<string, string> = {}): Promise<Stage> {
  await using started = new AsyncDisposableStack();
  await build();
  const pages = new Map<string, Response>();
  const server = serveSite(pages);
  started.defer(() => server.shutdown());
  const site = `http://127.0.0.1:${server.addr.port}`;
  const stack = started.use(await startStack({ CORS_ORIGINS: site, ...env }));
  const browser = started.adopt(await launchChromium(), (browser) => browser.close());
  const visit = async (urlOrHtml: string, { csp, ...options }: VisitOptions = {}) => {
    if (/^https?:/.test(urlOrHtml)) return await openWindow(browser, urlOrHtml, options);
    const path = `/${pages.size}`;
    pages.set(path, pageOf(urlOrHtml, csp));
    return await openWindow(browser, site + path, options);
  };
  const publish = async (...lines: (Partial<FlyLine> | string | Uint8Array)[]) => {
    for (const line of lines) {
      const isPayload = typeof line === "string" || line instanceof Uint8Array;
      stack.publisher.publish(
        subjectOf(APP, "dfw", "d896d7c609dd68"),
        isPayload ? line : flyLine(line),
      );
    }
    await stack.publisher.flush();
  };
  const restart = async () => {
    const { port } = new URL(stack.service.url);
    const again = { NATS_URL: stack.nats.url, CORS_ORIGINS: site, PORT: port, ...env };
    return await startService(again);
  };
  const all = started.move();
  const dispose = () => all.disposeAsync();
  const { service } = stack;
  return { stack, service, site, visit, publish, restart, [Symbol.asyncDispose]: dispose };
}

/** The two lines that a product's page embeds the viewer with; `attributes` beside `src` and `token`. */
export function embedding({ service }: Stage, token: string, attributes = ""): string {
  return `<script type="module" src="${service.url}/viewer.js"></script>
<natstap-viewer src="${service.url}/logs" token="${token}" ${attributes}></natstap-viewer>`;
}

/** The viewer's own page, with a token of `claims` handed over in the link. */
export async function pageUrl(
  { service }: Stage,
  claims: Record<string, unknown> = {},
): Promise<string> {
  return `${service.url}/#token=${await mint({ app: APP, ...claims })}`;
}

/** A log line as Fly publishes it. */
export function flyLine(line: Partial<FlyLine>): string {
  return JSON.stringify({
    event: { provider: line.provider ?? "app" },
    fly: {
      app: { instance: line.machine ?? "d896d7c609dd68", name: APP },
      region: line.region ?? "dfw",
    },
    host: "9c2f",
    log: { level: line.level ?? "info" },
    message: line.message ?? "GET /healthz 200 3ms",
    timestamp: line.timestamp ?? new Date().toISOString(),
  });
}

/** Resolves once the viewer says that it is live: what is published from now on arrives. */
export async function live({ page }: Visit): Promise<void> {
  await holds(page, "statuses.some(({ state }) => state === 'live')");
}

/** Waits until `expression` is true in the page; Playwright's own way is one that a policy refuses. */
export async function holds(page: Page, expression: string): Promise<void> {
  await assertEventually(() => page.evaluate(`Boolean(${expression})`), true, expression);
}

/** Opens a product's page with the viewer over the whole window, and waits until it is live. */
export async function open(
  stage: Stage,
  attributes = "",
  options: VisitOptions = {},
): Promise<Visit> {
  const style = "<style>body { margin: 0 } natstap-viewer { height: 100vh }</style>";
  const html = style + embedding(stage, await mint({ app: APP }), attributes);
  const visit = await stage.visit(html, options);
  await live(visit);
  return visit;
}

/** The row that shows `message`, of several the first. */
export function row({ page }: Visit, message: string | RegExp): Locator {
  return page.locator("natstap-viewer .row").filter({ hasText: message }).first();
}

/** Publishes lines and waits until the last of them, which has a message, is on the screen. */
export async function show(
  stage: Stage,
  visit: Visit,
  ...lines: (Partial<FlyLine> & { readonly message: string })[]
): Promise<void> {
  await stage.publish(...lines);
  await row(visit, lines.at(-1)!.message).waitFor();
}

/** The messages on the screen, from top to bottom. */
export async function messages({ page }: Visit): Promise<string[]> {
  return await page.locator("natstap-viewer .row .message").allInnerTexts();
}

/** Takes a picture to look at, if the variable `SCREENSHOTS` names a folder for them. */
export async function shoot({ page }: Visit, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
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

/** Runs before any script of a page: hears what is refused, and what a script in a line calls. */
const WITNESS = `
  globalThis.fired = [];
  globalThis.xss = (name) => void fired.push(String(name));
  globalThis.statuses = [];
  addEventListener("natstap-status", ({ detail }) => statuses.push(detail));
  addEventListener("securitypolicyviolation", (event) => {
    console.error(\`refused: \${event.violatedDirective} \${event.blockedURI} \${event.sample}\`);
  });
`;

async function openWindow(
  browser: Browser,
  url: string,
  options: Parameters<Browser["newContext"]>[0],
): Promise<Visit> {
  const context = await browser.newContext({ viewport: WINDOW, ...options });
  await context.addInitScript(WITNESS);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const requests: Request[] = [];
  const trouble: string[] = [];
  context.on("request", (request) => void requests.push(request));
  context.on("page", () => void trouble.push("a window was opened"));
  page.on("pageerror", ({ message }) => void trouble.push(`an error: ${message}`));
  page.on("console", (message) => {
    if (message.type() === "error") trouble.push(`in the console: ${message.text()}`);
  });
  page.on("dialog", async (dialog) => {
    trouble.push(`a dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.goto(url);
  return {
    page,
    requests,
    trouble,
    fired: () => page.evaluate<string[]>("fired"),
    [Symbol.asyncDispose]: () => context.close(),
  };
}
