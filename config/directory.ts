import { readFileSync } from 'node:fs';
import type { Settings } from './settings.js';

/** How this process reaches the municipality's directory; the certificate's authority is read from its file now. */
export function directoryOptions(settings: Settings) {
  const { DIRECTORY_BIND_DN: dn, DIRECTORY_BIND_PASSWORD: password, DIRECTORY_CA_FILE: caFile } = settings;
  return {
    url: settings.DIRECTORY_URL,
    baseDn: settings.DIRECTORY_BASE_DN,
    preset: settings.DIRECTORY_PRESET,
    startTls: settings.DIRECTORY_STARTTLS,
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    ...(dn !== undefined && password && { account: { dn, password: password.reveal() } }),
  };
}
