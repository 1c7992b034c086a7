import type { Locator, Page, Request } from "npm:playwright-core@^1";
import { assertEventually } from "../patience.ts";
import type { FlyFields } from "./sample_rows.ts";
import type { OpenPage } from "./tabs.ts";
import type { Stage } from "./viewer_stage.ts";

/** A page in the browser, and what went wrong in it. */
export class Visit implements AsyncDisposable {
  readonly page: Page;
  /** All requests so far. */
  readonly requests: readonly Request[];
  /** Descriptions of all errors, policy violations and dialogs so far. */
  readonly trouble: readonly string[];
  readonly #leave: () => Promise<void>;
  readonly #publish: Stage["publish"];

  constructor({ page, requests, trouble, leave }: OpenPage, publish: Stage["publish"]) {
    this.page = page;
    this.requests = requests;
    this.trouble = trouble;
    this.#leave = leave;
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

  /** Leaves the page. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
  }
}
