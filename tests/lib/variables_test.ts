import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { type Variable, VARIABLES } from "../../lib/variables.ts";

const ROWS: [name: string, variable: Variable][] = Object.entries(VARIABLES);

Deno.test("deno.json permits reading the variables of the table, and no others", () => {
  assertEquals(config.permissions.default.env, Object.keys(VARIABLES));
});

Deno.test("Every variable whose name suggests a secret is marked as one", () => {
  const suggestsSecret = /SECRET|PASSWORD|TOKEN|SEED|KEY|JWKS|HISTORY_URL/;
  // A path.
  const names = Object.keys(VARIABLES).filter((name) => name !== "NATS_TLS_KEY");
  const secrets = ROWS.filter(([, { secret }]) => secret).map(([name]) => name);
  assertEquals(secrets, names.filter((name) => suggestsSecret.test(name)));
});

Deno.test("docs/configuration.md lists the variables with their defaults and meanings", async () => {
  const code = (text: string | undefined) => text ? `\`${text}\`` : "";
  const expected = [
    ["variable", "default", "secret", "meaning"],
    ...ROWS.map(([name, { default: byDefault, secret, meaning }]) => [
      code(name),
      code(byDefault),
      secret ? "yes" : "",
      meaning,
    ]),
  ];
  const text = await Deno.readTextFile(new URL("../../docs/configuration.md", import.meta.url));
  const [section = ""] = text.split("\n## ");
  const table = section.split("\n").filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .filter(([first]) => !first!.startsWith("---"));
  const markdown = expected.map((cells) => `| ${cells.join(" | ")} |`)
    .toSpliced(1, 0, "| --- | --- | --- | --- |").join("\n");
  assertEquals(table, expected, `Expected this table, which deno fmt aligns:\n${markdown}`);
});
