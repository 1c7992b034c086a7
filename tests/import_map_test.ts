import { assertEquals, assertMatch } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import jsr from "../import_map.jsr.json" with { type: "json" };

/** `^4.13.19` of `npm:/hono@^4.13.19/`. */
function range(specifier: string): string | undefined {
  return /@(\^[\d.]+)\/?$/.exec(specifier)?.[1];
}

Deno.test("import_map.jsr.json binds the names that deno.json binds, to the same versions from JSR", () => {
  assertEquals(Object.keys(jsr.imports), Object.keys(config.imports));
  for (const [name, specifier] of Object.entries(jsr.imports)) {
    assertMatch(specifier, /^jsr:/);
    if (name === "@std/assert") continue; // From npm there is an adapter of the tests' own.
    assertEquals(
      range(specifier),
      range(config.imports[name as keyof typeof config.imports]),
      name,
    );
  }
});
