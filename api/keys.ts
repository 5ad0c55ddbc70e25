import { createHmac } from 'node:crypto';
import { canonicalJson } from '../activities/ledger/canonical.js';
import type { Secret } from '../config/settings.js';

/** Names that say nothing: what they were made from can be neither read nor guessed without the key. 132 bits, in the letters of URLs. */
export type KeyedHash = (...parts: readonly unknown[]) => string;

export const createKeyedHash =
  (secret: Secret): KeyedHash =>
  (...parts) =>
    createHmac('sha256', secret.reveal()).update(canonicalJson(parts)).digest('base64url').slice(0, 22);
