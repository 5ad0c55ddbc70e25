import { z } from 'zod';

/** A secret that never shows: not in logs, JSON, errors or `console.log`. Read it with `reveal`. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}

const secret = (schema: z.ZodType<string, string>) => schema.transform((value) => new Secret(value));
/** `Number` would also take blanks, `1e3` and `0x10`. */
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));
const port = whole(0, 65_535);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const hostPort = z.string().refine((value) => /^[^\s:/@]+:\d{1,5}$/.test(value) && URL.canParse(`tcp://${value}`), 'must be host:port');
const parsedUrl = (value: string) => (URL.canParse(value) ? new URL(value) : undefined);
const url = (...schemes: string[]) =>
  z
    .string()
    .refine((value) => schemes.includes(parsedUrl(value)?.protocol.slice(0, -1) ?? ''), `must be a URL of scheme ${schemes.join(' or ')}`);
/** An address that is printed at start and in logs: a password does not belong in it. */
const openUrl = (...schemes: string[]) =>
  url(...schemes).refine((value) => {
    const { username, password } = parsedUrl(value) ?? {};
    return !username && !password;
  }, 'must not hold a user or password');

/** Said beside the other problems, not only once there are no others: what does not fit together may meet values that are wrong themselves. */
const beside = { when: () => true };

/** Every setting of worker, API, command line and town, with its default; the names are those of the environment's variables. */
export const settingsSchema = z
  .object({
    /** The Temporal frontend; further TEMPORAL_* variables (TLS, API key) are read by Temporal's own envconfig. */
    TEMPORAL_ADDRESS: hostPort,
    TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
    TEMPORAL_TASK_QUEUE: z.string().min(1).default('telework'),
    /** PostgreSQL of the ledger; holds a password, so never printed. */
    DATABASE_URL: secret(url('postgres', 'postgresql')),
    /** Connections of one process to PostgreSQL. */
    DATABASE_POOL: whole(2, 100).default(10),
    DIRECTORY_URL: openUrl('ldap', 'ldaps'),
    /** Attribute names and filters (design §8). */
    DIRECTORY_PRESET: z.enum(['openldap', 'ad']).default('openldap'),
    DIRECTORY_BASE_DN: z.string().min(3),
    /** The account that reads; absent: anonymous reads. */
    DIRECTORY_BIND_DN: z.string().optional(),
    DIRECTORY_BIND_PASSWORD: secret(z.string().min(1)).optional(),
    DIRECTORY_STARTTLS: flag.default(false),
    /** PEM file with the authority that signed the directory's certificate. */
    DIRECTORY_CA_FILE: z.string().optional(),
    /** `smtp://` uses STARTTLS where the server offers it, `smtps://` is TLS from the start; may hold a password, so never printed. */
    MAIL_URL: secret(url('smtp', 'smtps')),
    MAIL_FROM: z
      .string()
      .regex(/^([^<>\p{Cc}]*<)?[^\s<>@]+@[^\s<>@]+>?$/u, 'must be an address, or a name with an address in angle brackets')
      .default('テレワーク事務局 <telework@example.jp>'),
    API_HOST: z.string().default('127.0.0.1'),
    API_PORT: port.default(8080),
    /** Where people reach the API: stands in mails. */
    API_PUBLIC_URL: openUrl('http', 'https').default('http://127.0.0.1:8080'),
    /** Number of reverse proxies in front of the API whose X-Forwarded-For is believed. */
    API_TRUSTED_PROXIES: whole(0, 5).default(0),
    /** Requests that the API answers to one address in a minute; a municipality may stand behind one. */
    API_REQUESTS_PER_MINUTE: whole(1, 1_000_000).default(6_000),
    /** Key of the hashes that become ids and step keys; at least 32 characters, the same in every process and for ever. */
    KEY_SECRET: secret(z.string().min(32, 'must have at least 32 characters')),
    /** Name of the policy pack under config/policy/, or a path to a YAML file. */
    POLICY_PACK: z.string().min(1).default('oyama'),
    /** CSV file with the municipality's own closed days (config/closures.ts); absent: only those that the law names. */
    CLOSURES_FILE: z.string().optional(),
    /** Where worker and API answer /metrics for Prometheus; 0 chooses a free port, absent: not served. */
    METRICS_PORT: port.optional(),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    /** Only a town may move its clock (design §4.15). */
    TOWN_CLOCK: flag.default(false),
  })
  .refine(({ DIRECTORY_BIND_DN, DIRECTORY_BIND_PASSWORD }) => !DIRECTORY_BIND_DN || DIRECTORY_BIND_PASSWORD, {
    ...beside,
    path: ['DIRECTORY_BIND_PASSWORD'],
    error: 'is needed with DIRECTORY_BIND_DN (RFC 4513 §5.1.2: an empty password binds as nobody)',
  })
  .refine(({ DIRECTORY_STARTTLS, DIRECTORY_URL }) => !DIRECTORY_STARTTLS || !String(DIRECTORY_URL).startsWith('ldaps:'), {
    ...beside,
    path: ['DIRECTORY_STARTTLS'],
    error: 'does not go with an ldaps:// address, which is TLS already',
  });

export type Settings = Readonly<z.output<typeof settingsSchema>>;

/** Every problem of the settings at once, by the variable's name; never a value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(readonly problems: readonly string[]) {
    super(`the settings are not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Reads the settings of this process. An empty variable counts as absent. @throws SettingsError */
export function readSettings(environment: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = settingsSchema.safeParse(given, { error: ({ input }) => (input === undefined ? 'is missing' : undefined) });
  if (parsed.success) return parsed.data;
  throw new SettingsError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
}
