import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Workers of tests say only what went wrong. Once a process, before the first connection. */
export function quietRuntime(): void {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } });
}
