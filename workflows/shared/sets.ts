/** Each item once, in the order of its first appearance. */
export const distinct = <Item>(items: readonly Item[]): Item[] => [...new Set(items)];

/** The items that are not among those gone. */
export const without = <Item>(items: readonly Item[], gone: readonly Item[]): Item[] => items.filter((item) => !gone.includes(item));
