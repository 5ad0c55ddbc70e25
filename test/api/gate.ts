import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be shut: connections break, and new ones are refused, as when the server is gone; or silenced, as when it hangs. */
export class Gate {
  readonly #open = new Set<Socket>();
  #shut = false;
  #silent = false;

  private constructor(
    readonly port: number,
    readonly close: () => Promise<void>,
  ) {}

  static async to(host: string, port: number): Promise<Gate> {
    const server = createServer((near) => {
      if (gate.#shut) return near.resetAndDestroy();
      const far = connect(port, host);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        gate.#open.add(one);
        if (!gate.#silent) one.pipe(other).on('error', () => undefined);
        one
          .on('error', () => undefined)
          .once('close', () => {
            gate.#open.delete(one);
            other.destroy();
          });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const gate: Gate = new Gate((server.address() as AddressInfo).port, async () => {
      gate.shut();
      await new Promise((resolve) => server.close(resolve));
    });
    return gate;
  }

  shut(): void {
    this.#shut = true;
    for (const socket of this.#open) socket.destroy();
  }

  silence(): void {
    this.#silent = true;
    for (const socket of this.#open) socket.unpipe();
  }

  open(): void {
    if (this.#silent) this.shut(); // What was not answered never will be.
    this.#shut = false;
    this.#silent = false;
  }
}
