import { assertEquals } from "@std/assert";
import { minify } from "../../tools/minify.ts";

Deno.test("minify() keeps the white space of texts", async () => {
  const script = await minify("export const lines=t=>`${t}\n  of { text }`;");
  const { lines } = await import(`data:text/javascript,${encodeURIComponent(script)}`);
  assertEquals(lines("x"), "x\n  of { text }");
});

Deno.test("minify() removes indentation and quotes from markup, and keeps spaces", async () => {
  const script = await minify(
    'export const row=(t,e)=>t`\n  <b class="a-b" title="a b">\n    <i>x</i> <i\n      id=${e}>${e} y</i>\n  </b>\n`;',
  );
  const markup = '<b class=a-b title="a b"><i>x</i> <i id=${b}>${b} y</i></b>';
  assertEquals(script.replace(/^.*=>\w/, ""), `\`${markup}\`;`);
});

Deno.test("minify() does not mistake markup without tags for styles", async () => {
  const script = await minify("export const pair=(t,e)=>t`${e}: 0.5, ${e}`;");
  assertEquals(script.replace(/^.*=>\w/, "").replaceAll(/\$\{\w\}/g, "x"), "`x: 0.5, x`;");
});

Deno.test("minify() removes from styles what they do not need", async () => {
  const script = await minify(
    "export const style=t=>t`\n  /* A > b. */\n  .a > b:hover,\n  a ~ :is(.c, .d) {\n    margin: -0.5px calc(1px + 0.2ch);\n  }\n`;",
  );
  const styles = " .a>b:hover,a~:is(.c,.d){margin:-.5px calc(1px + .2ch)}";
  assertEquals(script.replace(/^.*=>\w/, ""), `\`${styles}\`;`);
});
