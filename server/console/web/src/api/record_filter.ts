// Which records of a log: all three must hold. `contains` ignores the case of ASCII letters.
export interface RecordFilter {
  channel: string; // a name, or a beginning and `*`; '' is all
  key: string;
  contains: string;
}

export const NO_FILTER: RecordFilter = { channel: '', key: '', contains: '' };
