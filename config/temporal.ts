import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Settings } from './settings.js';

/**
 * How this process reaches Temporal: the address and namespace of the settings, with TLS, API key and metadata as Temporal's own variables and
 * profile say (`TEMPORAL_TLS…`, `TEMPORAL_API_KEY`, `TEMPORAL_PROFILE`).
 */
export function temporalOptions({ TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE }: Settings) {
  const { connectionOptions } = loadClientConnectConfig();
  return { connection: { ...connectionOptions, address: TEMPORAL_ADDRESS }, namespace: TEMPORAL_NAMESPACE };
}
