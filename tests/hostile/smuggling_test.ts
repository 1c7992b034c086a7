/** Requests whose end a proxy and the service may see in different places. */
import { assert, assertEquals } from "@std/assert";
import { type Stack, startStack } from "../support/service.ts";
import {
  assertRefused,
  attackerToken,
  request,
  statuses,
  withNoStream,
} from "../support/clients/raw_request.ts";

let stack: Stack;
let token: string;
Deno.test.beforeAll(async () => {
  stack = await startStack();
  token = await attackerToken();
});
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

// The smuggled request: a proxy may take it for the body of the ambiguous request before it.
const smuggled = () => request(`GET /logs?token=${token} HTTP/1.1`);
const CHUNKED = "Transfer-Encoding: chunked";
const AMBIGUOUS: [shape: string, fields: (length: number) => string[]][] = [
  ["Content-Length and Transfer-Encoding", () => ["Content-Length: 5", CHUNKED]],
  ["Transfer-Encoding and Content-Length", (length) => [CHUNKED, `Content-Length: ${length}`]],
  ["two Content-Lengths", (length) => ["Content-Length: 0", `Content-Length: ${length}`]],
  ["a list as Content-Length", (length) => [`Content-Length: 0, ${length}`]],
  ["a negative Content-Length", () => ["Content-Length: -1"]],
  ["a plus before the Content-Length", (length) => [`Content-Length: +${length}`]],
  ["a hexadecimal Content-Length", () => ["Content-Length: 0x20"]],
  ["an empty Content-Length", () => ["Content-Length:"]],
  ["a Content-Length beyond 64 bits", () => ["Content-Length: 18446744073709551616"]],
  ["a space before the colon of Content-Length", (length) => [`Content-Length : ${length}`]],
  ["a space before the colon of Transfer-Encoding", () => ["Transfer-Encoding : chunked"]],
  ["Transfer-Encoding: xchunked", () => ["Transfer-Encoding: xchunked"]],
  ["Transfer-Encoding: identity", () => ["Transfer-Encoding: identity"]],
  ["chunked before another coding", () => ["Transfer-Encoding: chunked, identity"]],
  ["chunked twice", () => [CHUNKED, CHUNKED]],
  ["a vertical tab before chunked", () => ["Transfer-Encoding: \vchunked"]],
  ["a Content-Length in a folded line", (length) => ["X: y", ` Content-Length: ${length}`]],
  ["a folded Transfer-Encoding", () => ["Transfer-Encoding:", " chunked"]],
  ["NUL in a header's value", () => ["X: a\0b"]],
  ["CR in a header's value", () => ["X: a\rContent-Length: 0"]],
  ["NUL in a header's name", () => ["X\0: a"]],
  ["a space in a header name", () => ["X y: a"]],
  ["a header without a colon", () => ["Content-Length"]],
  ["two Hosts", () => ["Host: y"]],
];
for (const [shape, fields] of AMBIGUOUS) {
  Deno.test(`The service refuses a request with ${shape}, and what is smuggled after it`, async () => {
    await withNoStream(stack, async () => {
      for (const method of ["GET", "POST"]) {
        const length = "0\r\n\r\n".length + smuggled().length;
        const text = request(`${method} /healthz HTTP/1.1`, fields(length), "0\r\n\r\n");
        await assertRefused(stack.service, text + smuggled());
      }
    });
  });
}

Deno.test("The service refuses chunks with a bare LF, a sign or too many digits, and what is smuggled after them", async () => {
  await withNoStream(stack, async () => {
    const hostile = ["0\n\n", "0;\nx\r\n\r\n", "-1\r\n\r\n", "10000000000000000\r\n", "x\r\n"];
    for (const chunk of hostile) {
      const text = request("POST /healthz HTTP/1.1", [CHUNKED], chunk) + smuggled();
      // The request itself may have been answered before its body was read.
      const answers = await statuses(stack.service, text);
      assert(["", "405", "400"].includes(answers.join()), `${JSON.stringify(chunk)}: ${answers}`);
    }
  });
});

Deno.test("The service refuses a request with a body, and reads no request within that body", async () => {
  await withNoStream(stack, async () => {
    const inner = smuggled();
    const length = `Content-Length: ${inner.length}`;
    const chunks = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    const within: [fields: string[], body: string][] = [
      [[length], inner],
      [[length, length], inner],
      [[CHUNKED], chunks],
      [["transfer-encoding:\tCHUNKED"], chunks],
    ];
    for (const [fields, body] of within) {
      for (const method of ["GET", "POST"]) {
        const text = request(`${method} /healthz HTTP/1.1`, fields, body);
        assertEquals(await statuses(stack.service, text), [400], fields.join());
      }
    }
  });
});

Deno.test("The service treats a bare LF as a line break or refuses it, but never as part of a value", async () => {
  await withNoStream(stack, async () => {
    const text = request("GET /healthz HTTP/1.1", [`X: a\nContent-Length: ${smuggled().length}`]);
    const answers = await statuses(stack.service, text + smuggled());
    assert(["200,404", "400"].includes(answers.join()), `${answers}`);
  });
});
