/** Properties that hold for any query, and for any value that is written into one. */
import { assert, assertEquals } from "@std/assert";
import { compileQuery } from "../../../web/query/compile_query.ts";
import { complete, completed } from "../../../web/query/completion.ts";
import { chosenValues, toggleValue, withoutConditions } from "../../../web/query/edit_query.ts";
import type { Line } from "../../../web/rows/row.ts";
import { randomTexts } from "../../support/viewer/random_text.ts";
import { flyLine } from "../../support/viewer/sample_rows.ts";

const NAMES = ["level", "status", "constructor", "a b"];

Deno.test("no query throws, whether it is compiled, tested, completed or edited", () => {
  const text = randomTexts(1);
  const lines = [
    flyLine({
      message: '{"a":1,"status":500,"constructor":"x","__proto__":{"a":"b"},"b":[{"a":2}]}',
    }),
    flyLine({ message: 'plain a status=500 text é (a) "b"' }),
  ];
  const seen = { names: () => NAMES, values: () => ["x y", 'q"', "é\\"] };
  for (let i = 0; i < 4000; i++) {
    const query = text(12);
    for (let caret = 0; caret <= query.length; caret++) {
      const completion = complete(query, caret, seen);
      for (const one of completion?.suggestions ?? []) completed(query, completion!, one);
    }
    const compiled = compileQuery(query);
    if ("error" in compiled) continue;
    for (const line of lines) compiled.test(line);
    for (const name of NAMES) {
      toggleValue(query, name, "x y");
      assertEquals(chosenValues(withoutConditions(query, [name]), name).selected, new Set(), query);
    }
  }
});

/** What two values may differ in if a query does not distinguish them. */
function canonical(value: string): string {
  return value.normalize("NFC").toLowerCase().replace(/[\t\u00a0]/g, " ").trim().replace(/^\+/, "");
}

/** A test of lines with the only condition on `value`, which selecting it again removes. */
function only(name: string, value: string, isField: boolean): (line: Line) => boolean {
  const query = toggleValue("", name, value, false, isField);
  const compiled = compileQuery(query);
  assert(!("error" in compiled), query);
  assertEquals(toggleValue(query, name, value, false, isField), "", query);
  return compiled.test;
}

Deno.test("the menu of a value finds exactly the lines with this value, whatever it and its name are", () => {
  const text = randomTexts(2);
  for (let i = 0; i < 4000; i++) {
    const name = text(3).replaceAll(".", "") || "k";
    const [value, other] = [text(3), text(3)];
    const line = (value: string) =>
      flyLine({ message: JSON.stringify({ [name]: value, msg: "" }) });
    const test = only(name, value, true);
    if (name === "level") continue;
    assert(test(line(value)), JSON.stringify([name, value]));
    if (canonical(value) === canonical(other)) continue;
    assert(!test(line(other)), JSON.stringify([name, value, other]));
  }
});

Deno.test("the chip of a value finds exactly the lines with this value, whatever it is", () => {
  const text = randomTexts(3);
  for (let i = 0; i < 4000; i++) {
    const [value, other] = [text(3), text(3)];
    for (const facet of ["region", "provider"]) {
      const test = only(facet, value, false);
      assert(test({ ...flyLine(), [facet]: value }), JSON.stringify([facet, value]));
      if (canonical(value) === canonical(other)) continue;
      assert(!test({ ...flyLine(), [facet]: other }), JSON.stringify([facet, value, other]));
    }
  }
});
