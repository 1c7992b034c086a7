/**
 * A server that answers queries as VictoriaLogs does: with recorded answers, or with those of a real server.
 *
 * @module
 */
import { assert } from "@std/assert";
import { startVictoriaLogs } from "./victoria_logs_server.ts";
import { fromVector, STORED_LINES } from "./stored_lines.ts";

/** Answers by their requests. */
type Answers = Record<string, string>;

const PATH = new URL("../../lib/history/victoria_logs/answers.json", import.meta.url);

/** A server until it is disposed of. */
export interface QueryServer extends AsyncDisposable {
  /** Its address. */
  readonly url: URL;
}

/**
 * Starts the server. If `VICTORIA_LOGS` is the path of VictoriaLogs's executable, it passes on the requests
 * to that, and records its answers when it is disposed of.
 */
export async function startRecordedServer(): Promise<QueryServer> {
  const program = Deno.env.get("VICTORIA_LOGS");
  if (program === undefined) return serve(await readAnswers());
  const real = await startVictoriaLogs(program);
  await real.insert(STORED_LINES.map(fromVector));
  const recorded: Answers = {};
  const server = serve(recorded, (body) => real.query(body));
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await real[Symbol.asyncDispose]();
      await Deno.writeTextFile(PATH, `${JSON.stringify(recorded, null, 2)}\n`);
    },
  };
}

async function readAnswers(): Promise<Answers> {
  return JSON.parse(await Deno.readTextFile(PATH));
}

function serve(answers: Answers, ask?: (body: string) => Promise<string>): QueryServer {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    assert(request.method === "POST" && request.url.endsWith("/select/logsql/query"));
    const body = await request.text();
    const key = [...new URLSearchParams(body)].map((pair) => pair.join("=")).join("&");
    const answer = answers[key] ??= await (ask ?? rejectUnknown)(body);
    return new Response(answer, { status: answer.startsWith("cannot parse") ? 400 : 200 });
  });
  return {
    url: new URL(`http://127.0.0.1:${server.addr.port}`),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function rejectUnknown(body: string): Promise<string> {
  return Promise.reject(
    new Error(`No answer is recorded to ${body}: run \`deno task history:record\``),
  );
}
