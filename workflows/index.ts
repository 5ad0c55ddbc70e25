export { deviceLoan } from './device-loan/workflow.js';
export { eveningRound } from './evening-round/workflow.js';
export { mailDelivery } from './mail-delivery/workflow.js';
export { morningRound } from './morning-round/workflow.js';
export { registration } from './registration/workflow.js';
export { trialCampaign } from './trial-campaign/workflow.js';
export { trialSection } from './trial-section/workflow.js';
