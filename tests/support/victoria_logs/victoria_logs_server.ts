/**
 * A real VictoriaLogs on a free port, with an empty storage.
 *
 * @module
 */
import { freePort } from "../../../tools/free_port.ts";

/** A VictoriaLogs that runs until it is disposed of. */
export interface VictoriaLogsServer extends AsyncDisposable {
  /** Its address. */
  readonly url: URL;
  /** Stores rows as fly-telemetry's Vector does, and resolves when queries find them. */
  insert(rows: readonly string[]): Promise<void>;
  /** Resolves to the answer to a query, whatever its status. */
  query(body: string): Promise<string>;
}

/** The parameters of fly-telemetry's sink. */
const SINK = new URLSearchParams({
  _msg_field: "message",
  _time_field: "timestamp",
  _stream_fields: "region,host,fly.app.name,fly.app.instance",
});

/** Starts the executable at `program`. */
export async function startVictoriaLogs(program: string): Promise<VictoriaLogsServer> {
  const folder = await Deno.makeTempDir({ prefix: "natstap-victoria-logs-" });
  const port = freePort();
  const url = new URL(`http://127.0.0.1:${port}`);
  const child = new Deno.Command(program, {
    args: [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${folder}`,
      "-retentionPeriod=100y",
      "-loggerLevel=ERROR",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const query = (body: string) => post(url, "/select/logsql/query", body);
  await until(() => query("query=*").then(() => true, () => false));
  return {
    url,
    query,
    async insert(rows) {
      const bulk = rows.map((row) => `{"create":{}}\n${row}\n`).join("");
      await post(url, `/insert/elasticsearch/_bulk?${SINK}`, bulk, "application/json");
      await until(async () => {
        const count = JSON.parse(await query("query=* | stats count() as count"));
        return Number(count.count) >= rows.length;
      });
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function post(url: URL, path: string, body: string, type?: string): Promise<string> {
  const headers = { "Content-Type": type ?? "application/x-www-form-urlencoded" };
  const response = await fetch(new URL(path, url), { method: "POST", headers, body });
  return await response.text();
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!await check()) await new Promise((resolve) => setTimeout(resolve, 50));
}
