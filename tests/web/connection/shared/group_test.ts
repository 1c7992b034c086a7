import { assert, assertEquals } from "@std/assert";
import { type Group, groupOf } from "../../../../web/connection/shared/group.ts";
import type { Ready } from "../../../../web/connection/stream/stream_request.ts";
import { mint } from "../../../support/service.ts";
import { READY } from "../../../support/viewer/stream_watcher.ts";

const URL_OF_LOGS = new URL("https://logs.example.com/logs?app=web");

async function group(
  claims: Record<string, unknown> = {},
  ready: Partial<Ready> = {},
  url = URL_OF_LOGS,
): Promise<Group> {
  const token = await mint({ app: "web", sub: "ann", ...claims });
  return (await groupOf(url, { ...READY, ...ready }, token))!;
}

Deno.test("tokens for the same access are in one group, whenever they were issued", async () => {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now - 5, nbf: now - 5, exp: now + 60, jti: "2" };
  assertEquals(await group(times), await group());
  const urls = ["/logs", "/logs?region=dfw&machine=m1"];
  for (const url of urls) {
    assertEquals(await group({}, {}, new URL(url, URL_OF_LOGS)), await group());
  }
});

Deno.test("other users, lines and services are other groups", async () => {
  const groups = await Promise.all([
    group(),
    group({ sub: "bob" }),
    group({ org: "b" }),
    group({ app: ["web", "api"] }),
    group({}, { subject: "logs.web.dfw.>" }),
    group({}, { app: "api" }),
    group({}, { history: true }),
    group({}, {}, new URL("https://logs.example.com/other/logs")),
    group({}, {}, new URL("https://logs.example.net/logs")),
    group({}, {}, new URL("https://logs.example.com/logs?cluster=eu")),
  ]);
  const names = groups.flatMap(({ lock, channel }) => [lock, channel]);
  assertEquals(new Set(names).size, names.length);
  for (const name of names) assert(/^natstap(-\d{1,3}){16}$/.test(name), name);
});

Deno.test("the order of claims does not matter, and a cookie is a group of its own", async () => {
  assertEquals(await group({ a: 1, b: 2 }), await group({ b: 2, a: 1 }));
  const cookie = await groupOf(URL_OF_LOGS, READY, undefined);
  assert(cookie!.lock !== (await group()).lock);
});

Deno.test("a viewer whose token cannot be read does not share", async () => {
  for (const token of ["a", "a.b.c", "", "..", `a.${btoa("1")}`]) {
    assertEquals(await groupOf(URL_OF_LOGS, READY, token), undefined, token);
  }
});
