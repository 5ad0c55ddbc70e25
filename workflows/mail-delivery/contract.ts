/** There is one sender of mail, so there is one id: whoever starts it again finds it running. */
export const mailDeliveryWorkflowId = 'mail-delivery';
