/** The fields of lines as columns, and the menu of a value. */
import { assertEquals } from "@std/assert";
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

Deno.test("A field whose name has a space cannot become a column, which would be two", async () => {
  await using visit = await stage.open();
  await stage.publish({ message: JSON.stringify({ msg: "hello", "user name": "ann" }) });
  await visit.row("hello").locator(".expand").click();
  await visit.element('.json [data-name="user name"]').click();
  await visit.button("Copy value").waitFor();
  assertEquals(await visit.button("Show as column").count(), 0);
});
