/** The steps of the payment, in order. */
export const STEPS = ['pay', 'reserve', 'notify'] as const;
