/** A DN as a key: case and the spaces around separators do not count. */
export const keyOf = (dn: string): string => dn.toLowerCase().replace(/\s*([,=])\s*/g, '$1');

/** The DN of the entry above. */
export const above = (dn: string): string => dn.replace(/^(?:\\.|[^,\\])*,/, '');
