import ldap from 'ldapjs';

/** Where a checking program finds the directory, and as whom it reads it. */
export interface DirectoryAccess {
  url: string;
  base: string;
  dn: string;
  password: string;
}

interface Person {
  dn: string;
  number: string;
  mail: string;
  departments: readonly string[];
  title: string;
  locked: boolean;
}

type Entry = { dn: string } & Readonly<Partial<Record<string, readonly string[]>>>;

/** The directory as the checking programs see it: by another LDAP client than the product's, and by rules that are written down here once more. It shares no code with the product. */
export async function readDirectory(access: DirectoryAccess) {
  const entries = await entriesOf(access);
  const people = new Map(entries.filter((entry) => entry.employeeNumber).map((entry) => [keyOf(entry.dn), personOf(entry)]));
  const units = new Map(entries.filter(({ dn, ou }) => ou && /,ou=units,/i.test(dn)).map((entry) => [entry.ou?.[0] ?? '', entry]));

  function headOf(unit: string): Person | undefined {
    const [dn] = units.get(unit)?.seeAlso ?? [];
    return dn ? people.get(keyOf(dn)) : undefined;
  }

  /** The head of the nearest unit above who is not the head of the unit itself; above all units heads whoever `ou=units` names. */
  function superiorOf(unit: string): Person | undefined {
    const own = headOf(unit)?.number;
    for (let dn = units.get(unit)?.dn ?? ''; /,ou=units,/i.test(dn); ) {
      dn = dn.slice(dn.indexOf(',') + 1);
      const above = entries.find((entry) => keyOf(entry.dn) === keyOf(dn));
      const head = people.get(keyOf(above?.seeAlso?.[0] ?? ''));
      if (head && head.number !== own) return head;
    }
    return undefined;
  }

  return { entries, people, byNumber: new Map([...people.values()].map((person) => [person.number, person])), headOf, superiorOf, keyOf };
}

function personOf(entry: Entry): Person {
  const {
    dn,
    employeeNumber: [number = ''] = [],
    departmentNumber: departments = [],
    title: [title = ''] = [],
    mail: [mail = ''] = [],
    pwdAccountLockedTime,
  } = entry;
  return { dn, number, mail, departments, title, locked: pwdAccountLockedTime !== undefined };
}

function keyOf(dn: string): string {
  return dn.toLowerCase().replace(/\s*([,=])\s*/g, '$1');
}

async function entriesOf({ url, base, dn, password }: DirectoryAccess): Promise<readonly Entry[]> {
  const client = ldap.createClient({ url });
  await new Promise<void>((resolve, reject) => client.bind(dn, password, (error) => (error ? reject(error) : resolve())));
  const found: Entry[] = [];
  await new Promise<void>((resolve, reject) => {
    client.search(base, { scope: 'sub', filter: '(objectClass=*)', attributes: ['*', '+'] }, (error, response) => {
      if (error) return reject(error);
      response.on('searchEntry', ({ pojo: { objectName, attributes } }) => {
        const values = Object.fromEntries(attributes.map(({ type, values: list }) => [type, list]));
        found.push({ ...values, dn: objectName } as Entry);
      });
      response.on('error', reject);
      response.on('end', () => resolve());
    });
  });
  client.unbind();
  return found;
}
