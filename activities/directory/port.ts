/**
 * What a caller may act as: a function in the organisation, never a resolved person (design §4.7).
 * `staff:4021` oneself · `head:tax` heads the department · `superior:tax` heads the unit above it (a head's own requests) ·
 * `keeper:tax` terminal manager of the department · `promoter:tax` · `member:tax` has a post in it · and the roles of the whole municipality.
 */
export type Capacity =
  | `${'staff' | 'head' | 'superior' | 'keeper' | 'promoter' | 'member'}:${string}`
  | 'it'
  | 'hr'
  | 'admin'
  | 'committee'
  | 'personnel'
  | 'mayor'
  | 'emergencyAuthority';

/** A person as the directory knows them at this moment. Personal data: never in events, ids, logs or errors. */
export interface StaffMember {
  staffNumber: string;
  name: string;
  furigana?: string;
  mail?: string;
  title?: string;
  /** Employment kind as the directory writes it (`employeeType`). */
  employment?: string;
  /** Departments of the person's posts; the first is the main post. */
  departments: readonly string[];
  /** The account may not log in or act. */
  disabled: boolean;
}

/** A department or a unit above departments; nested. */
export interface Unit {
  id: string;
  name: string;
  /** The unit above; absent at the top. */
  parent?: string;
  /** Staff number of the head; absent while the post is vacant. */
  head?: string;
}

/** Failures that no retry mends and the procedure has no step for. What else an adapter throws is an outage: retried. */
export const directoryFailure = {
  /** Access cannot be granted to somebody whom the directory does not have. */
  unknownPerson: 'UnknownPerson',
  /** The directory has no group of remote access. */
  noRemoteAccessGroup: 'NoRemoteAccessGroup',
} as const;

/** The municipality's directory, asked at the moment of use. A directory that cannot be asked throws `DirectoryAway`; adapters live beside this file. */
export interface DirectoryPort {
  /** Checks the password by binding as the person (RFC 4513 §5.1.3). Empty passwords are refused before the directory is asked. Unknown people are `wrong`. */
  authenticate(staffNumber: string, password: string, signal?: AbortSignal): Promise<'ok' | 'wrong' | 'disabled'>;
  /** The person, disabled or not; undefined when the directory has no such staff number. */
  staffMember(staffNumber: string, signal?: AbortSignal): Promise<StaffMember | undefined>;
  /** What the person may act as now; undefined for somebody unknown or disabled. */
  capacitiesOf(staffNumber: string, signal?: AbortSignal): Promise<readonly Capacity[] | undefined>;
  /** Everybody who can act in this capacity now (no disabled accounts); empty when nobody can. */
  holdersOf(capacity: Capacity, signal?: AbortSignal): Promise<readonly StaffMember[]>;
  /** The unit; undefined when the directory has none of this id. */
  unit(id: string, signal?: AbortSignal): Promise<Unit | undefined>;
  /** All units, the departments and those above them. */
  units(signal?: AbortSignal): Promise<readonly Unit[]>;
  /** Everybody with a post in the department, disabled accounts included; empty where the directory has nobody of this id. */
  staffOf(department: string, signal?: AbortSignal): Promise<readonly StaffMember[]>;
  /**
   * Brings the person's membership of the group `telework-remote-access` in line and reads it back; the only thing that the programme changes in a directory. What is
   * as wanted already is done. From somebody whom the directory does not have (any more) access is taken away all the same.
   */
  setRemoteAccess(staffNumber: string, granted: boolean, signal?: AbortSignal): Promise<'done' | keyof typeof directoryFailure>;
}

/** Somebody as a file of the directory has them. */
export interface FuturePerson {
  /** Units of the person's posts; the first is the main post. */
  departments: readonly string[];
  /** The account may not log in or act. */
  disabled: boolean;
}

/** The organisation as a file says it will be: who is where and heads what, and nothing else of anybody. */
export interface Organisation {
  units: readonly string[];
  /** Undefined: nobody of this number is there any more. */
  person(staffNumber: string): FuturePerson | undefined;
  /** Staff number of who will be `head:` or `superior:` of the unit; undefined: nobody. */
  holder(post: Capacity): string | undefined;
}

/** `line`: of the file, from 1; `field`: an attribute or column, or empty where the line as a whole is bad. Never what stands there. */
export interface FileProblem {
  line: number;
  field: string;
  problem: string;
}

/** Reads a whole directory from a file; nothing of it is kept. */
export interface DirectoryFiles {
  /**
   * `ldif`: the entries as the directory exports them (RFC 2849). `csv`: `staff_number,department,head`, one line a post, the main one first, `yes` for the head, no
   * department for who heads the whole or has none; the units lie in each other as in the directory now. With problems the organisation is not whole.
   */
  read(text: string, format: 'ldif' | 'csv'): Promise<{ organisation: Organisation; problems: readonly FileProblem[] }>;
}

/** The directory did not answer. Carries no name, filter or DN. */
export class DirectoryAway extends Error {
  override readonly name = 'DirectoryAway';
}
