import { assertEquals, assertThrows } from "@std/assert";
import { count, setTexts, t } from "../../../web/texts/translate.ts";

Deno.test("texts are English by default, and counts have two forms", () => {
  assertEquals(
    t("Waiting for {app} to log something", { app: "web" }),
    "Waiting for web to log something",
  );
  assertEquals([0, 1, 1234].map((number) => count(number, "{count} lines")), [
    "0 lines",
    "1 line",
    "1,234 lines",
  ]);
});

Deno.test("setTexts() translates texts, numbers and all plural forms; the rest stays English", () => {
  try {
    const lines = { one: "{count} linia", few: "{count} linie", many: "{count} linii" };
    setTexts(
      { "Live": "Na żywo", "{count} lines": lines, "{count} errors": "Błędy: {count}" },
      "pl",
    );
    assertEquals([t("Live"), t("Paused")], ["Na żywo", "Paused"]);
    const counts = [1, 3, 5, 12345].map((number) => count(number, "{count} lines"));
    assertEquals(counts, ["1 linia", "3 linie", "5 linii", "12\u00a0345 linii"]);
    assertEquals(count(2, "{count} errors"), "Błędy: 2");
    assertEquals(count(2, "{count} bytes"), "2 bytes");
  } finally {
    setTexts({});
  }
});

Deno.test("values are inserted as they are", () => {
  const app = "{app} $& {count}";
  assertEquals(
    t("Waiting for {app} to log something", { app }),
    `Waiting for ${app} to log something`,
  );
});

Deno.test("setTexts() rejects an invalid language tag, and leaves the texts as they are", () => {
  assertThrows(() => setTexts({ "Live": "En direct" }, "fr_FR"), RangeError, "fr_FR");
  assertEquals([t("Live"), count(1234, "{count} lines")], ["Live", "1,234 lines"]);
});
