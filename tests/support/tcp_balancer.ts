/** A TCP balancer that can cut and hold the connections it forwards. */

/** Forwards each connection to one of several ports of 127.0.0.1 in turn, skipping those that refuse it. */
export class TcpBalancer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #targets: () => readonly number[];
  readonly #links = new Set<Link>();
  #turn = 0;
  /** Resolved when connections are no longer held; `undefined` while they are not. */
  #held: PromiseWithResolvers<void> | undefined;

  /** @param targets Returns the ports; it is called for each connection. */
  constructor(targets: () => readonly number[]) {
    this.#targets = targets;
    this.#run();
  }

  /** The port that the balancer listens on. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** The number of connections. */
  get size(): number {
    return this.#links.size;
  }

  /** Forwards nothing until {@linkcode TcpBalancer.release}, on new connections neither. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Goes on with all connections. */
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Closes all connections; what is on its way is lost. */
  cut(): void {
    for (const link of this.#links) link.close();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.release();
    this.cut();
  }

  async #run(): Promise<void> {
    for await (const client of this.#listener) this.#forward(client);
  }

  async #forward(client: Deno.TcpConn): Promise<void> {
    const link = new Link(client);
    this.#links.add(link);
    try {
      await this.#pass();
      const server = await this.#connect();
      if (server !== undefined) await link.forward(server, () => this.#pass());
    } finally {
      link.close();
      this.#links.delete(link);
    }
  }

  async #connect(): Promise<Deno.TcpConn | undefined> {
    const ports = this.#targets();
    for (let tries = 0; tries < ports.length; tries++) {
      const port = ports[this.#turn++ % ports.length]!;
      try {
        return await Deno.connect({ hostname: "127.0.0.1", port });
      } catch {
        // Nothing is listening: the next one.
      }
    }
    return undefined;
  }

  async #pass(): Promise<void> {
    while (this.#held !== undefined) await this.#held.promise;
  }
}

/** A forwarded connection. */
class Link {
  readonly #ends: Deno.TcpConn[];
  #closed = false;

  constructor(client: Deno.TcpConn) {
    this.#ends = [client];
  }

  /** Copies in both directions until either end closes the connection. */
  async forward(server: Deno.TcpConn, pass: () => Promise<void>): Promise<void> {
    if (this.#closed) return server.close();
    this.#ends.push(server);
    const [client] = this.#ends as [Deno.TcpConn];
    for (const end of this.#ends) end.setNoDelay();
    await Promise.race([copy(client, server, pass), copy(server, client, pass)]);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of this.#ends) end.close();
  }
}

async function copy(from: Deno.Conn, to: Deno.Conn, pass: () => Promise<void>): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (;;) {
      await pass();
      const count = await from.read(buffer);
      if (count === null) return;
      await pass();
      for (let sent = 0; sent < count;) sent += await to.write(buffer.subarray(sent, count));
    }
  } catch {
    // The connection was closed or reset.
  }
}
