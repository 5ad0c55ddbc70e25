import type pg from 'pg';

/**
 * A gate in the ledger of a town that is to be hurt: an event of a department's case whose name is held, or the mark of something that was done outside, gets no further than its own row, until it is let
 * through. So all processes can be killed after one row was committed, or one change made outside, and before the next row. Held from outside, by an advisory lock that a trigger asks for; product code knows nothing of it.
 */
export class Gate {
  readonly #client: pg.PoolClient;

  private constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  /** Puts the trigger in, once a town, and takes a connection of its own. */
  static async open(pool: pg.Pool): Promise<Gate> {
    const client = await pool.connect();
    client.on('error', () => undefined); // The power cut takes it too.
    await client.query(`
      create or replace function wait_at_gate() returns trigger language plpgsql as $$ begin
        perform pg_advisory_xact_lock_shared(hashtextextended('gate ' || cases.department || '/' || new.name, 0))
          from cases where cases.case_id = new.case_id;
        return new;
      end $$;
      create or replace trigger gate before insert on events for each row execute function wait_at_gate();
      create or replace trigger gate before insert on effect_marks for each row execute function wait_at_gate()`);
    return new Gate(client);
  }

  async hold(department: string, eventName: string): Promise<void> {
    await this.#client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`gate ${department}/${eventName}`]);
  }

  async letThrough(department: string, eventName: string): Promise<void> {
    await this.#client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [`gate ${department}/${eventName}`]);
  }

  /** How many writers wait. */
  async waiting(): Promise<number> {
    const { rowCount } = await this.#client.query("select from pg_locks where locktype = 'advisory' and not granted");
    return rowCount ?? 0;
  }

  /** Its connection, held locks included, goes. */
  close(): void {
    this.#client.release(true);
  }
}
