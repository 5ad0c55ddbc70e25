export { deviceLoan, registration, yearlyReview } from '../../workflows/index.js';
export { bareLoan, bareRegistration, silentLoan } from './bare.js';
export { trialMember } from './member.js';
export { textbookLoan } from './textbook.js';
