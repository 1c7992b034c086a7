/** The commands in the documentation, pasted into a terminal. */
import { assert, assertEquals } from "@std/assert";
import { findOrInstall } from "../../tools/install.ts";
import { ROOT } from "../support/checkout.ts";

const DOCUMENTS = ["README.md", "SECURITY.md", "bench/README.md"];

/** Programs in the commands; each is replaced by a script that only records its arguments. */
const PROGRAMS = [
  "cat",
  "curl",
  "deno",
  "docker",
  "fly",
  "nats-server",
  "npx",
  "openssl",
  "prometheus",
];

const SNIPPETS = DOCUMENTS.flatMap((document) =>
  [...Deno.readTextFileSync(ROOT + document).matchAll(/^```(?:sh|bash|shell)\n([^]*?)^```$/gm)]
    .map(([, text]) => ({ document, text: text! }))
);

Deno.test("Comments in shell snippets are on their own lines", () => {
  assert(SNIPPETS.length > 5);
  for (const { document, text } of SNIPPETS) {
    for (const line of text.split("\n")) {
      const unquoted = line.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'/g, "");
      assert(!/\S\s+#/.test(unquoted), `${document}: ${line}`);
      // Interactive zsh runs a comment as the command "#", which is harmless without special characters.
      if (/^\s*#/.test(line)) assert(/^# [\w ,.:/-]+$/.test(line), `${document}: ${line}`);
    }
  }
});

/** The outcome of a snippet in a shell. */
interface Run {
  /** Each program run, with its arguments. */
  commands: string[];
  /** Error messages of the shell. */
  errors: string[];
}

/** Pastes a snippet into an interactive shell. */
async function paste(shell: string, flags: string[], text: string): Promise<Run> {
  const folder = await Deno.makeTempDir({ prefix: "natstap-paste-" });
  try {
    await Deno.mkdir(`${folder}/bin`);
    for (const name of PROGRAMS) {
      // One write per program, so that the output of background jobs does not mix.
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

Deno.test("Each shell snippet runs the same commands in bash and in zsh", async () => {
  const bash = await findOrInstall({ name: "bash", env: "BASH", apt: "bash", brew: "bash" });
  const zsh = await findOrInstall({ name: "zsh", env: "ZSH", apt: "zsh", brew: "zsh" });
  for (const { document, text } of SNIPPETS) {
    const [inBash, inZsh] = await Promise.all([
      paste(bash, ["--norc", "--noprofile", "-i"], text),
      paste(zsh, ["-f", "-i"], text),
    ]);
    assertEquals(inBash.errors, [], `${document}: ${text}`);
    assertEquals(inZsh, inBash, `${document}: ${text}`);
  }
});
