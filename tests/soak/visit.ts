/**
 * A client's visit: it comes, stays, and leaves; what happens otherwise than promised is a breach.
 *
 * @module
 */
import type { Ledger } from "./ledger.ts";
import type { Scope } from "./line.ts";
import type { Random } from "./random.ts";
import { Refusal, Session } from "./session.ts";
import type { Request, Wire } from "./wire.ts";
import type { World } from "./world.ts";

/** Who comes, and for what. */
export interface Visitor {
  /** The kind of client, for the log. */
  readonly kind: string;
  readonly scope: Scope;
  /** Whether it reads all that comes, as soon as it comes. */
  readonly keepsUp: boolean;
  /** Connects, and asks. */
  readonly connect: (request: Request) => Wire | Promise<Wire>;
  /** Told of each line's number. */
  readonly onLine?: (number: number) => void;
}

/** An open stream and whose it is. */
export class Visit {
  /** The stream's name in the service's log. */
  readonly jti: string;
  readonly #scope: Scope;
  readonly #world: World;
  readonly #session: Session;
  readonly #wire: Wire;
  readonly #keepsUp: boolean;
  readonly #expiresAt: number;

  private constructor(
    world: World,
    { scope, keepsUp }: Visitor,
    { jti, expiresAt }: { jti: string; expiresAt: number },
    wire: Wire,
    session: Session,
  ) {
    this.jti = jti;
    this.#expiresAt = expiresAt;
    this.#world = world;
    this.#scope = scope;
    this.#keepsUp = keepsUp;
    this.#wire = wire;
    this.#session = session;
  }

  /** Opens a stream; `undefined` where it is refused. */
  static begin(world: World, random: Random, visitor: Visitor): Promise<Visit | undefined> {
    return world.limit(() => Visit.#begin(world, random, visitor));
  }

  static async #begin(
    world: World,
    random: Random,
    visitor: Visitor,
  ): Promise<Visit | undefined> {
    const { scope, kind, connect, onLine } = visitor;
    const jti = crypto.randomUUID();
    const seconds = Math.ceil(random.chance(0.2) ? random.between(5, 9) : random.between(60, 600));
    const format = random.chance(0.8) ? "sse" : "ndjson";
    const expiresAt = (Math.floor(Date.now() / 1_000) + seconds) * 1_000;
    const token = await world.keys.mint({ ...scope, jti, sub: kind }, seconds);
    const asked = random.chance(0.5) ? scope : {};
    const request: Request = { port: world.port, token, scope, asked, expiresAt, format };
    let wire: Wire | undefined;
    try {
      wire = await connect(request);
      const session = await Session.open(wire, world.journal, request, onLine);
      world.found.streams++;
      return new Visit(world, visitor, { jti, expiresAt }, wire, session);
    } catch (error) {
      wire?.close();
      if (error instanceof Refusal) {
        world.refused(error.code, "refusals");
        // On a busy machine a token may expire before it is used.
        const expired = error.code === "token_expired" && Date.now() >= expiresAt;
        if (!expired && !world.isExcused(error.code)) {
          world.breach("A good token was refused", error);
        }
      } else if (!world.phase.startsWith("stop")) {
        world.breach("A stream was not opened", error);
      }
      return undefined;
    }
  }

  /** Why the service has ended the stream, where it has. */
  get reason(): string | undefined {
    return this.#session.reason;
  }

  /**
   * Reads until the stream ends, or so long, or, once lines have ceased, until all is accounted for.
   *
   * @param time Milliseconds.
   */
  async stay(time: number): Promise<void> {
    const leaveAt = performance.now() + time;
    const session = this.#session;
    const { journal } = this.#world;
    try {
      while (session.reason === undefined && !this.#phase.endsWith("ed")) {
        if (this.#phase === "load" && performance.now() > leaveAt) return;
        if (this.#phase === "settle" && session.ledger!.isSettled(journal.length)) return;
        await session.read();
      }
      if (this.#phase === "settled") session.ledger!.settle(journal.length);
    } catch (error) {
      // A stop waits only so long for who does not read.
      if (this.#phase.startsWith("stop") && !this.#keepsUp) return;
      this.#world.breach(`Stream ${this.jti} of ${JSON.stringify(this.#scope)}`, error);
    }
  }

  /** Closes the connection, and holds the stream's end against the service's log of it. */
  async leave(): Promise<void> {
    const { reason, ledger } = this.#session;
    this.#wire.close();
    this.#world.ended(reason ?? "client", ledger!.tally);
    if (reason !== undefined) await this.#assertEnded(reason, ledger!);
  }

  async #assertEnded(reason: string, ledger: Ledger): Promise<void> {
    const world = this.#world;
    if (!["expired", "stalled"].includes(reason) && !world.wasExcused(reason)) {
      world.breach(`A stream ended with ${reason}`);
    }
    if (reason === "stalled" && this.#keepsUp) world.breach("A steady reader was ended as stalled");
    const closed = await world.awaitClose(this.jti);
    if (closed === undefined) return world.breach("The log does not tell of a stream's end");
    // The token was made a second earlier at most than this says.
    if (reason === "expired" && Date.parse(closed.time) < this.#expiresAt - 1_000) {
      world.breach("A stream ended with expired before its token did");
    }
    try {
      ledger.end(Date.parse(closed.time));
    } catch (error) {
      world.breach(`Stream ${this.jti}`, error);
    }
    const { lines, dropped } = ledger.tally;
    const logged = JSON.stringify([closed.reason, closed.events, closed.dropped]);
    const told = JSON.stringify([reason, lines, dropped]);
    if (logged !== told) world.breach(`The log says ${logged} of a stream, and its client ${told}`);
  }

  get #phase(): World["phase"] {
    return this.#world.phase;
  }
}
