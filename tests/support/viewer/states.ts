/**
 * States of the viewer, for screenshots and for tests of texts.
 *
 * @module
 */
import type { Page } from "npm:playwright-core@^1";
import { SAMPLE_APPS, sampleLines } from "../../../tools/sample_logs.ts";
import { Random } from "../../soak/random.ts";
import { flyPayload } from "./sample_rows.ts";
import type { ScriptedService, ScriptedStream } from "./scripted_service.ts";
import type { Stage } from "./viewer_stage.ts";

/** The app whose lines are shown. */
export const APP = SAMPLE_APPS[0]!;
/** Time for the viewer to draw. */
export const SETTLE_MS = 400;

/** What a state is made of. */
export interface Scene {
  readonly page: Page;
  /** Finds elements of the viewer. */
  readonly find: (selector: string) => ReturnType<Page["locator"]>;
  readonly stream: ScriptedStream;
}

/** Brings the viewer into a state. */
export type Prepare = (scene: Scene) => unknown;

const TRACE = [
  "java.lang.IllegalStateException: order 8812 has no customer",
  "\tat com.example.orders.Orders.place(Orders.java:118)",
  "\tat com.example.orders.OrderController.post(OrderController.java:42)",
  "\tat org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:1089)",
  "Caused by: java.sql.SQLTimeoutException: no connection within 30000ms",
  "\tat com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:197)",
  "\t... 3 more",
];

const STRUCTURED = JSON.stringify({
  level: "error",
  msg: "payment was declined",
  status: 402,
  user: { id: 4711, name: "Łukasz 🥪", plan: "team", tags: ["beta", "eu"] },
  request: { method: "POST", path: "/orders/8812/pay", durationMs: 812.4, ip: "203.0.113.7" },
  note: "注文を受け付けました",
});

/** Text of every kind that is difficult to lay out. */
const TEXTS = [
  "\x1b[32mGET\x1b[0m /menu \x1b[1;31m500\x1b[0m \x1b[7m inverse \x1b[0m \x1b[38;5;208mcolor 208\x1b[0m \x1b[4munderlined\x1b[0m",
  "\x1b[41;37m FATAL \x1b[0m \x1b[33mwarning text\x1b[0m \x1b[90mgray\x1b[0m \x1b[94mbright blue\x1b[0m",
  "注文を受け付けました：ピクルス 3 個、合計 ¥1,280",
  "주문이 접수되었습니다 · 订单已收到",
  "تم استلام الطلب رقم 8812 من /orders",
  "ההזמנה התקבלה: 8812 GET /menu 200",
  "👩‍🍳👨‍👩‍👧‍👦 family 🇩🇪 flag 🥪🥒 sandwich é̂ combining Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞",
  "name\tqty\tprice\npickle\t3\t1.20",
  'level=warn msg="slow request" path=/orders status=200 duration=812ms user.id=42',
  `{"level":"info","msg":"request","status":200,"path":"/menu","user":{"id":42,"plan":"team"}}`,
  `${"x".repeat(300)} needle ${"y".repeat(300)}`,
  "short",
];

/** Sends lines of the sample app, a stack trace and a line of JSON. */
export function sendSamples(stream: ScriptedStream, count = 120): void {
  const random = new Random(9);
  const chance = () => random.between(0, 1);
  const lines = Array.from({ length: count }, (_, i) => {
    return sampleLines(APP, chance, new Date(Date.now() - (count - i) * 700));
  }).flat();
  for (const { payload } of lines) stream.send(payload);
  for (const message of TRACE) {
    stream.send(
      flyPayload({ message, machine: APP.machines[0]!.id, timestamp: new Date().toISOString() }),
    );
  }
  for (const message of [STRUCTURED, "GET /menu 200 3ms", "ready"]) {
    stream.send(
      flyPayload({ message, machine: APP.machines[1]!.id, timestamp: new Date().toISOString() }),
    );
  }
}

function live(next: Prepare = () => {}, samples = 120): Prepare {
  return async (scene) => {
    scene.stream.ready({ app: APP.name });
    sendSamples(scene.stream, samples);
    await scene.page.waitForTimeout(SETTLE_MS);
    await next(scene);
  };
}

/** Types a query. */
export const type = (text: string): Prepare => ({ find }) => find("#search").fill(text);
/** Expands a row. */
export const expand = (text: string): Prepare => ({ find }) =>
  find(".row").filter({ hasText: text }).last().locator(".expand").click({ timeout: 5000 });

/** The states by name. */
export const STATES: Readonly<Record<string, Prepare>> = {
  connecting: () => {},
  empty: ({ stream }) => stream.ready({ app: APP.name }),
  live: live(),
  few: live(() => {}, 2),
  json: live(expand("payment was declined")),
  trace: live(expand("more lines")),
  filter: live(type("level>=warn")),
  nomatch: live(async (scene) => {
    scene.stream.send("{}", "live");
    await type("zebra")(scene);
  }),
  incomplete: live(type("level:warn (GET")),
  invalid: live(type("/GET [/")),
  completion: live(async ({ page, find }) => {
    await find("#search").focus();
    await page.keyboard.type("-path:/healthz le");
    await page.keyboard.press("ArrowDown");
  }),
  chips: live(async ({ find }) => {
    await find(".chip.error").click();
    await find(".chip.warn").click();
    await find(".chip.debug").click({ modifiers: ["Alt"] });
  }),
  span: live(async ({ page, find }) => {
    await find(".chip.error").click();
    const { x, y, width, height } = (await find(".rate-chart").boundingBox())!;
    await page.mouse.move(x + width * 0.6, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 9, y + height / 2, { steps: 3 });
    await page.mouse.up();
  }),
  context: live(async (scene) => {
    await type("level:error")(scene);
    const row = scene.find(".row").filter({ hasText: "PR04" }).last();
    await row.hover();
    await row.locator(".context").click();
    await scene.page.mouse.move(0, 0);
  }),
  texts: live(async ({ page, stream }) => {
    const { id: machine } = APP.machines[0]!;
    for (const message of TEXTS) {
      stream.send(flyPayload({ message, machine, timestamp: new Date().toISOString() }));
    }
    await page.waitForTimeout(SETTLE_MS);
  }, 30),
  farMatch: live(async (scene) => {
    for (const message of TEXTS) scene.stream.send(flyPayload({ message }));
    await scene.page.evaluate("viewer.wrap = false");
    await type("needle")(scene);
    await scene.find(".hides").click();
    await scene.find("#search").press("Enter");
  }, 30),
  values: live(async (scene) => {
    await expand("payment was declined")(scene);
    await scene.find(`.row .value[data-name="status"]`).last().click();
  }),
  columnsMenu: live(async ({ find }) => {
    const more = find(".toolbar > .more");
    if (await more.isVisible()) await more.click();
    // A narrow view has no columns.
    const columns = find(`[aria-label*="Columns"]`).first();
    if (await columns.isVisible()) await columns.click();
  }),
  more: live(async ({ find }) => {
    const more = find(".toolbar > .more");
    if (await more.isVisible()) await more.click();
  }),
  hit: live(async (scene) => {
    await type("orders")(scene);
    await scene.find("#search").press("Enter");
  }),
  facets: live(({ find }) => find(".facets-button").click()),
  selection: live(async ({ page, find }) => {
    await find(".row").filter({ hasText: "GET /menu" }).last().click();
    for (let i = 0; i < 5; i++) await page.keyboard.press("K");
  }),
  cursor: live(async ({ page, find }) => {
    await find(".scroller").focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press("k");
  }),
  gap: live(({ stream }) => {
    stream.send(`{"count":1234,"bytes":98765}`, "dropped");
    stream.send(`{"nats":"disconnected","at":"${new Date().toISOString()}"}`, "status");
    stream.send(flyPayload({ message: "after the gap", timestamp: new Date().toISOString() }));
  }),
  history: ({ stream }) => {
    stream.ready({ app: APP.name, history: true });
    sendSamples(stream, 20);
    stream.send("{}", "live");
    stream.send(flyPayload({ message: "a live line", timestamp: new Date().toISOString() }));
  },
  reconnecting: live(async ({ page, stream }) => {
    stream.send(`{"reason":"shutdown","retryMs":600000}`, "end");
    stream.cut();
    await page.waitForTimeout(4500);
  }),
  ended: live(({ stream }) => {
    stream.send(`{"reason":"expired"}`, "end");
    stream.cut();
  }),
  endedEmpty: ({ stream }) => {
    stream.ready({ app: APP.name });
    stream.send(`{"reason":"expired"}`, "end");
    stream.cut();
  },
  paused: live(async ({ page, stream }) => {
    await page.evaluate("viewer.pause()");
    for (let i = 0; i < 9; i++) stream.send(flyPayload({ message: "held back" }));
  }),
  download: live(async ({ page, find }) => {
    const more = find(".toolbar > .more");
    if (await more.isVisible()) await more.click();
    await find(`[aria-label*="Download"]`).first().click();
    await page.mouse.move(0, 0);
  }),
  columns: live(async ({ page }) => {
    await page.evaluate(`viewer.columns = "status,user.id,request.path"`);
  }),
  help: live(({ page, find }) => find(".scroller").focus().then(() => page.keyboard.press("?"))),
  sideways: live(({ page }) =>
    page.evaluate(`viewer.wrap = false; shadow(".scroller").scrollLeft = 160`)
  ),
  wideColumn: live(({ stream }) => {
    for (let i = 0; i < 3; i++) {
      stream.send(
        flyPayload({
          message: `GET /${"long/".repeat(90)}`,
          region: "a-region-with-a-long-name",
          machine: "web-7d9c5b6f4-abcde",
        }),
      );
    }
  }),
};

/** A page with a viewer; `script` runs before it. */
export function pageOf(stage: Stage, { src }: ScriptedService, script = ""): string {
  return `<style>body { margin: 0; color-scheme: light dark } natstap-viewer { height: 100vh }</style>
<script type="module">
import { setTexts } from "${stage.service.url}/viewer.js";
${script}
</script>
<natstap-viewer src="${src}" token="a.b.c" app="${APP.name}"></natstap-viewer>`;
}
