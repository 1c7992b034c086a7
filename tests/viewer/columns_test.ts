/** The fields of lines as columns, and the menu of a value. */
import { assertEquals, assertMatch } from "@std/assert";
import { assertEventually } from "../support/patience.ts";
import { type Stage, startStage } from "../support/viewer/viewer_stage.ts";

let stage: Stage;
Deno.test.beforeAll(async () => void (stage = await startStage()));
Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

Deno.test("A value in an expanded line can become a column, and filter the lines", async () => {
  await using visit = await stage.open();
  for (const status of [200, 503]) {
    await stage.publish({ message: JSON.stringify({ msg: `request ${status}`, res: { status } }) });
  }
  await visit.row("request 200").waitFor();
  await visit.row("request 503").locator(".expand").click();
  const value = visit.element('.json [data-name="res.status"]');
  await value.click();
  await visit.button("Show as column").click();
  await assertEventually(() => visit.page.evaluate("viewer.columns"), "res.status");
  const cells = () => visit.element(".value.column").allInnerTexts();
  await assertEventually(async () => (await cells()).map((text) => text.trim()), ["200", "503"]);
  await value.click();
  await visit.button("Only lines with this value").click();
  await visit.row("request 200").waitFor({ state: "detached" });
  assertEquals(await visit.row("request 503").count(), 1);
  assertEquals(visit.trouble, []);
});

Deno.test("A column's value is filtered by in full, even if its cell does not show all of it", async () => {
  await using visit = await stage.open('columns="query"');
  for (const end of ["1", "2"]) {
    const query = `SELECT "a"\t${"b, ".repeat(100)}${end}`;
    await stage.publish({ message: JSON.stringify({ msg: `query ${end}`, query }) });
  }
  await visit.row("query 2").locator(".value.column").click();
  await visit.button("Only lines with this value").click();
  await visit.row("query 1").waitFor({ state: "detached" });
  assertEquals(await visit.row("query 2").count(), 1);
});

Deno.test("A view that is too narrow for columns shows their fields after the message", async () => {
  await using visit = await stage.open('columns="status"', {
    viewport: { width: 390, height: 844 },
  });
  await stage.publish({ message: '{"msg":"request","status":503}' });
  const message = visit.row("request").locator(".message");
  assertMatch(await message.innerText(), /status=503/);
  await visit.page.setViewportSize({ width: 1024, height: 768 });
  await assertEventually(async () => /status=503/.test(await message.innerText()), false);
});

Deno.test("A field whose name has a space cannot become a column, which would be two", async () => {
  await using visit = await stage.open();
  await stage.publish({ message: JSON.stringify({ msg: "hello", "user name": "ann" }) });
  await visit.row("hello").locator(".expand").click();
  await visit.element('.json [data-name="user name"]').click();
  await visit.button("Copy value").waitFor();
  assertEquals(await visit.button("Show as column").count(), 0);
});

Deno.test("New lines are sorted by time if the reader or the page asks for it", async () => {
  await using visit = await stage.open();
  const now = Date.now();
  const publish = (...offsets: number[]) =>
    stage.publish(...offsets.map((offset) => ({
      message: `at ${offset}`,
      machine: `m${offset}`,
      timestamp: new Date(now + offset).toISOString(),
    })));
  await publish(30, 10, 20);
  await assertEventually(() => visit.messages(), ["at 30", "at 10", "at 20"]);
  await visit.button("Columns").click();
  await visit.page.getByLabel("Sort new lines by time").check();
  assertEquals(await visit.page.evaluate("viewer.order"), "time");
  await publish(60, 40, 50);
  const sorted = ["at 30", "at 10", "at 20", "at 40", "at 50", "at 60"];
  await assertEventually(() => visit.messages(), sorted);
  await visit.page.evaluate(`viewer.setAttribute("order", "arrival")`);
  await publish(80, 70);
  await assertEventually(() => visit.messages(), [...sorted, "at 80", "at 70"]);
  assertEquals(visit.trouble, []);
});
