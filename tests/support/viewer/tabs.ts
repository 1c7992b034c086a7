/**
 * Opens pages in one Chromium. Tabs are reused, because opening one takes four times the CPU time of a
 * navigation.
 *
 * @module
 */
import type { Browser, Page, Request } from "npm:playwright-core@^1";
import { launchChromium } from "../../../tools/chromium.ts";
import { PATIENCE_MS } from "../patience.ts";

/** A page in a tab, and what has happened in it. */
export interface OpenPage {
  readonly page: Page;
  /** All requests so far. */
  readonly requests: Request[];
  /** Descriptions of all errors, policy violations and dialogs so far. */
  readonly trouble: string[];
  /** Frees the tab for another page. */
  leave(): Promise<void>;
}

/** How to open a page. */
export interface TabOptions {
  /** Default: 1280 × 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Color scheme of the system. Default: `light`. */
  readonly colorScheme?: "light" | "dark";
  /**
   * Opens a new tab with these options, which is closed afterwards. `{}` suits a test that depends on the
   * history, or leaves something behind. By default, the tab may be a used one.
   */
  readonly context?: Parameters<Browser["newContext"]>[0];
}

const VIEWPORT = { width: 1280, height: 800 };

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

/** A tab, and what has happened in it since its current page was opened. */
interface Tab {
  readonly page: Page;
  requests: Request[];
  trouble: string[];
}

/** A running Chromium. */
export class Tabs implements AsyncDisposable {
  readonly #browser: Browser;
  /** Tabs at `about:blank` that no test uses. */
  readonly #idle: Tab[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts Chromium. */
  static async start(): Promise<Tabs> {
    return new Tabs(await launchChromium());
  }

  /** Opens a URL. */
  async open(url: string, options: TabOptions = {}): Promise<OpenPage> {
    const { viewport = VIEWPORT, colorScheme = "light", context } = options;
    const idle = context === undefined ? this.#idle.pop() : undefined;
    const tab = idle ?? await newTab(this.#browser, context);
    const { page } = tab;
    const requests: Request[] = tab.requests = [];
    const trouble: string[] = tab.trouble = [];
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await page.goto(url);
    const leave = async () => {
      if (context !== undefined) return await page.context().close();
      await page.mouse.move(0, 0);
      await page.goto("about:blank");
      this.#idle.push(tab);
    };
    return { page, requests, trouble, leave };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

async function newTab(browser: Browser, options: TabOptions["context"]): Promise<Tab> {
  const context = await browser.newContext(options);
  await context.addInitScript(RECORDER);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const tab: Tab = { page, requests: [], trouble: [] };
  context.on("request", (request) => void tab.requests.push(request));
  context.on("page", () => void tab.trouble.push("a window was opened"));
  page.on("pageerror", ({ message }) => void tab.trouble.push(`error: ${message}`));
  page.on("console", (message) => {
    if (message.type() === "error") tab.trouble.push(`console: ${message.text()}`);
  });
  page.on("dialog", async (dialog) => {
    tab.trouble.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  return tab;
}
