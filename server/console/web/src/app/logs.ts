import { signal } from '@preact/signals';
import type { LogInfo } from '../api/types';

// The logs that the caller may know of, as they were seen last.
export const logs = signal<LogInfo[]>([]);
