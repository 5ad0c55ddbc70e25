import { availableParallelism } from 'node:os';

/** One line of the report: what was measured or counted, and the target where there is one. */
export interface Finding {
  what: string;
  figures: Readonly<Record<string, number>>;
  /** Which figure is judged, and by what. */
  target?: { figure: string } & ({ atLeast: number } | { atMost: number });
  note?: string;
}

export interface Section {
  title: string;
  findings: readonly Finding[];
}

export const machine = (): string => `${availableParallelism()} cores, Node ${process.versions.node}`;

/** Undefined where there is nothing to reach. */
export function isReached({ figures, target }: Finding): boolean | undefined {
  if (!target) return undefined;
  const value = figures[target.figure] ?? Number.NaN;
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}

/** The report as a table of plain text. */
export function asTable(sections: readonly Section[]): string {
  return sections.map(({ title, findings }) => [title, ...findings.map(line)].join('\n')).join('\n\n');
}

function line(finding: Finding): string {
  const { what, figures, target, note } = finding;
  const values = Object.entries(figures).map(([name, value]) => `${name} ${short(value)}`);
  const bound = target && ('atLeast' in target ? `≥ ${short(target.atLeast)}` : `≤ ${short(target.atMost)}`);
  const judged = bound ? `  target ${bound}: ${isReached(finding) ? 'reached' : 'MISSED'}` : '';
  return `  ${what.padEnd(48)} ${values.join(' · ')}${judged}${note ? `  (${note})` : ''}`;
}

/** Counts as they are, measurements with three digits. */
const short = (value: number): string => (Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(3))}`);
