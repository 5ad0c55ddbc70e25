/**
 * Small groups: figures of fewer people than the pack says (`smallGroup`) are masked, and of the others as many as it takes, so that nothing can be computed back from what is
 * shown.
 */

/** A figure that is not shown: there are too few people, or others' figures could be found out by it. */
export interface Masked {
  masked: true;
}

/**
 * Which of the groups that make up one sum are masked: those of fewer than `fewest` people, and of the others the smallest, until what the sum says of the masked ones together is
 * of at least so many people and of more than one group.
 */
export function maskedParts<Group>(groups: readonly Group[], sizeOf: (group: Group) => number, fewest: number): ReadonlySet<Group> {
  const bySize = groups.filter((one) => sizeOf(one) > 0).sort((one, other) => sizeOf(one) - sizeOf(other));
  const masked = new Set<Group>();
  let people = 0;
  for (const one of bySize) {
    const enough = masked.size === 0 || (masked.size > 1 && people >= fewest);
    if (sizeOf(one) >= fewest && enough) break;
    masked.add(one);
    people += sizeOf(one);
  }
  return masked;
}

/**
 * Which of several sums over the same groups are masked, where the sums overlap (a table with totals by line and by column). `groups`: how many people are in each of the smallest
 * groups, at most sixteen of them; `sums`: of which groups each is, by their numbers. No sum or difference of what stays makes up a figure of between one and `fewest` people: as long
 * as one does, the smallest sum that it takes goes.
 */
export function maskedSums(groups: readonly number[], sums: readonly (readonly number[])[], fewest: number): ReadonlySet<number> {
  const peopleOf = (sum: readonly number[]) => sum.reduce((people, group) => people + (groups[group] ?? 0), 0);
  const isSmall = (sum: readonly number[]) => peopleOf(sum) > 0 && peopleOf(sum) < fewest;
  const secrets = setsOf(groups.length).filter(isSmall);
  const masked = new Set(sums.flatMap((sum, at) => (isSmall(sum) ? [at] : [])));
  for (;;) {
    const shown = sums.flatMap((sum, at) => (masked.has(at) ? [] : [{ at, sum }]));
    const basis = basisOf(
      shown.map(({ sum }) => sum),
      groups.length,
    );
    const taken = secrets.map((secret) => derivation(secret, basis, groups.length)).find((one) => one !== undefined);
    if (!taken) return masked;
    const [smallest] = taken.flatMap((index) => shown[index] ?? []).sort((one, other) => peopleOf(one.sum) - peopleOf(other.sum));
    if (!smallest) return masked;
    masked.add(smallest.at);
  }
}

/** Every set of so many groups. */
const setsOf = (count: number): readonly (readonly number[])[] =>
  Array.from({ length: 2 ** count }, (_, bits) => Array.from({ length: count }, (_, at) => at).filter((at) => (bits >> at) & 1));

/** An equation between sums in whole numbers: how often it has each group, and then how often it takes each sum. `pivot`: the first group that it has. */
interface Equation {
  pivot: number;
  terms: readonly number[];
}

/** What the sums say together, each equation of a first group of its own (Gauss). */
function basisOf(sums: readonly (readonly number[])[], groups: number): readonly Equation[] {
  const basis: Equation[] = [];
  for (const [index, sum] of sums.entries()) {
    const taken = Array.from({ length: sums.length }, (_, at) => (at === index ? 1 : 0));
    const terms = reduced([...indicator(sum, groups), ...taken], basis);
    const pivot = terms.findIndex((term) => term !== 0);
    if (pivot < groups) basis.push({ pivot, terms });
  }
  return basis;
}

/** Which of the sums it takes to make up the set; undefined where they do not. */
function derivation(set: readonly number[], basis: readonly Equation[], groups: number): readonly number[] | undefined {
  const sums = (basis[0]?.terms.length ?? groups) - groups;
  const left = reduced([...indicator(set, groups), ...Array.from({ length: sums }, () => 0)], basis);
  if (left.slice(0, groups).some((term) => term !== 0)) return undefined;
  return left.slice(groups).flatMap((times, index) => (times ? [index] : []));
}

const indicator = (set: readonly number[], groups: number): readonly number[] =>
  Array.from({ length: groups }, (_, at) => (set.includes(at) ? 1 : 0));

/** What is left of the terms when the equations have taken their first groups out of it, with no common divisor. */
function reduced(terms: readonly number[], basis: readonly Equation[]): readonly number[] {
  let left = terms;
  for (const { pivot, terms: other } of basis) {
    const [mine, theirs] = [left[pivot] ?? 0, other[pivot] ?? 0];
    if (mine === 0) continue;
    const next = left.map((term, at) => term * theirs - (other[at] ?? 0) * mine);
    const divisor = next.reduce(gcd, 0) || 1;
    left = next.map((term) => term / divisor);
  }
  return left;
}

const gcd = (one: number, other: number): number => (other === 0 ? Math.abs(one) : gcd(other, one % other));
