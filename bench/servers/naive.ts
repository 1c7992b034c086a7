/**
 * The usual example code: iterates over a subscription, wraps each message in JSON, encodes it and
 * enqueues it. It checks no token and does not limit what is buffered for a slow reader.
 *
 * @module
 */
import { connect } from "@nats-io/transport-deno";

const nats = await connect({ servers: Deno.env.get("NATS_URL")! });

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => {
  const app = new URL(request.url).searchParams.get("app");
  const subscription = nats.subscribe(`logs.${app}.>`);
  const body = new ReadableStream({
    start(controller) {
      const send = (message: string) => {
        const data = `data: ${JSON.stringify({ message, timestamp: Date.now() })}\n\n`;
        controller.enqueue(new TextEncoder().encode(data));
      };
      send("connected");
      (async () => {
        for await (const message of subscription) send(message.string());
      })();
    },
    cancel: () => subscription.unsubscribe(),
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
  });
});

function onListen({ port }: Deno.NetAddr): void {
  console.log(JSON.stringify({ msg: "listening", port }));
}
