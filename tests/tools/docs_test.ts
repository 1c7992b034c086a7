/** The documentation: its commands, pasted into a terminal, its paths and its links. */
import { assert, assertEquals } from "@std/assert";
import { basename, dirname, join } from "node:path/posix";
import { findOrInstall } from "../../tools/install.ts";
import { ROOT } from "../support/checkout.ts";
import { codeBlocks, PAGES } from "../support/documents.ts";

/** The programs that the commands run. Each is replaced by one that only records its arguments. */
const PROGRAMS =
  ("base64 cat curl deno docker fly git kind kubectl nats nats-server npm npx openssl " +
    "prometheus promtool").split(" ");

const SNIPPETS = PAGES.flatMap(({ path, text }) =>
  codeBlocks(text, "sh", "bash", "shell").map((text) => ({ document: path, text }))
);

Deno.test("comments in the documentation's commands are on their own lines", () => {
  assert(SNIPPETS.length > 5);
  for (const { document, text } of SNIPPETS) {
    for (const line of text.split("\n")) {
      const unquoted = line.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'/g, "");
      assert(!/\S\s+#/.test(unquoted), `${document}: ${line}`);
      // Interactive zsh runs a comment as the command "#", which is harmless if it consists of plain words.
      if (/^\s*#/.test(line)) assert(/^# [\w ,.:/-]+$/.test(line), `${document}: ${line}`);
    }
  }
});

/** What a shell does with a snippet. */
interface Run {
  /** The programs that it ran, with their arguments. */
  commands: string[];
  /** The shell's error messages. */
  errors: string[];
}

/** Pastes a snippet into an interactive shell. */
async function paste(shell: string, flags: string[], text: string): Promise<Run> {
  const folder = await Deno.makeTempDir({ prefix: "natstap-paste-" });
  try {
    await Deno.mkdir(`${folder}/bin`);
    for (const name of PROGRAMS) {
      // Each in a single write, so that the output of background programs is not interleaved.
      const note = `line="${name}"; for word; do line="$line <$word>"; done; ` +
        `echo "$line" >> "${folder}/commands"; echo "output of ${name}"`;
      await Deno.writeTextFile(`${folder}/bin/${name}`, `#!/bin/sh\n${note}\n`, { mode: 0o755 });
    }
    await Deno.writeTextFile(`${folder}/snippet`, `${text}\nwait\n`);
    const { stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", `exec "$@" < snippet`, "sh", shell, ...flags],
      cwd: folder,
      clearEnv: true,
      env: { PATH: `${folder}/bin`, HOME: folder, JWT_SECRET: "secret" },
      stdout: "null",
    }).output();
    const commands = (await Deno.readTextFile(`${folder}/commands`)).trim().split("\n");
    const errors = new TextDecoder().decode(stderr).split("\n")
      .filter((line) => /not found|no match|parse error|syntax error|unmatched/i.test(line));
    return { commands: commands.toSorted(), errors };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("every command in the documentation runs in bash and in zsh with the same arguments", async () => {
  const bash = await findOrInstall({ name: "bash" });
  const zsh = await findOrInstall({ name: "zsh" });
  for (const { document, text } of SNIPPETS) {
    const [inBash, inZsh] = await Promise.all([
      paste(bash, ["--norc", "--noprofile", "-i"], text),
      paste(zsh, ["-f", "-i"], text),
    ]);
    assertEquals(inBash.errors, [], `${document}: ${text}`);
    assertEquals(inZsh, inBash, `${document}: ${text}`);
  }
});

/** The paths of all files in a clone. */
async function* listFiles(folder = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    if (["dist", "node_modules", ".git"].includes(name)) continue;
    if (isDirectory) yield* listFiles(`${folder}${name}/`);
    else yield folder + name;
  }
}

Deno.test("every path in the documentation exists", async () => {
  const files = await Array.fromAsync(listFiles());
  // SECURITY.md names tests without their folder, tests/, and the end of their names.
  const tests = files.filter((path) => /^tests\/.*_test\.ts$/.test(path))
    .map((path) => path.slice("tests/".length, -"_test.ts".length));
  const paths = [...files, ...tests];
  const folders = new Set(
    paths.filter((path) => path.includes("/")).map((path) => path.split("/")[0]),
  );
  const path = new RegExp(`(?<![\\w./-])(?:${[...folders].join("|")})/[\\w.*/-]*[\\w*/]`, "g");
  const names = new Set(files.map((path) => basename(path)));
  const missing: string[] = [];
  for (const { path: page, text } of PAGES) {
    for (const [name] of text.matchAll(/(?<=`)[a-z]\w*\.(?:ts|md|toml|yml)(?=`)/g)) {
      if (!names.has(name)) missing.push(`${page}: ${name}`);
    }
    for (const [named] of text.matchAll(path)) {
      const pattern = named.replace(/\/$/, "").replaceAll(".", "\\.").replaceAll("*", "[^/]*");
      const exists = new RegExp(`^${pattern}(?:/|$)`);
      if (!paths.some((path) => exists.test(path))) missing.push(`${page}: ${named}`);
    }
  }
  assertEquals(missing, []);
});

/** The fragments of a page, as GitHub makes them from its headings. */
function fragments(text: string): string[] {
  const headings = text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading!.toLowerCase().replaceAll(/[^\w -]/g, "").replaceAll(" ", "-")
  );
}

Deno.test("every link from one page of the documentation to another leads somewhere", async () => {
  const broken: string[] = [];
  for (const { path, text } of PAGES) {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [file, fragment] = target!.split("#");
      const linked = file === "" ? path : join(dirname(path), file!);
      const exists = await Deno.stat(ROOT + linked).then(() => true, () => false);
      const page = PAGES.find(({ path }) => path === linked);
      const found = fragment === undefined || page && fragments(page.text).includes(fragment);
      if (!exists || !found) broken.push(`${path}: ${target}`);
    }
  }
  assertEquals(broken, []);
});
