export { deviceLoan, registration } from '../../workflows/index.js';
export { bareLoan, bareRegistration, silentLoan } from './bare.js';
export { textbookLoan } from './textbook.js';
