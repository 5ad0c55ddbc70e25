export { deviceLoan } from './device-loan/workflow.js';
