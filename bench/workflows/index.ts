export { deviceLoan } from '../../workflows/index.js';
export { bareLoan, silentLoan } from './bare.js';
export { textbookLoan } from './textbook.js';
