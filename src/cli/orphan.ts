const parent = process.ppid;

/** Whether whoever waited for us is gone: a terminal that is closed may tell nobody. */
export const isOrphan = (): boolean => process.ppid !== parent;
