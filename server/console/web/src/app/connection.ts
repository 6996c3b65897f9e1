import { signal } from '@preact/signals';

// Whether the server answered when it was asked last.
export const serverAnswers = signal(true);
