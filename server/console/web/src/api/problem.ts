// What went wrong, and what to do about it, in words for the person at the screen.
export interface ErrorBody {
  error?: { reason?: string; message?: string; code?: string; fate?: string } & Record<string, string | undefined>;
}

export type ProblemKind = 'offline' | 'busy' | 'login' | 'forbidden' | 'missing' | 'trimmed' | 'forked' | 'refused';

export interface Problem {
  kind: ProblemKind;
  title: string;
  advice: string;
  passes: boolean; // trying again may help, with nobody doing anything
  details: Record<string, string>; // the error's reason and metadata, for the curious and for programs
}

export function offline(): Problem {
  return {
    kind: 'offline',
    title: 'The server does not answer',
    advice: 'Trying again by itself. If this lasts, see whether replogd runs and can be reached from here.',
    passes: true,
    details: {},
  };
}

export function silent(): Problem {
  return { ...offline(), title: 'Nothing was heard for 20 seconds' };
}

// Of an answer that is not 2xx, or of the data of `event: end`.
export function problemOf(status: number, body: ErrorBody): Problem {
  const details = detailsOf(body);
  const reason = details.reason ?? '';
  const message = details.message ?? `The server answered ${status}`;
  const kind = kindOf(status, reason);
  const passes = kind === 'offline' || kind === 'busy';
  return { kind, title: message, advice: adviceOf(kind, details), passes, details };
}

function detailsOf(body: ErrorBody): Record<string, string> {
  const details: Record<string, string> = {};
  for (const [name, value] of Object.entries(body.error ?? {})) {
    if (typeof value === 'string') details[name] = value;
  }
  return details;
}

const KIND_OF_REASON: Record<string, ProblemKind> = {
  BELOW_FIRST_KEPT: 'trimmed',
  FORKED: 'forked',
  GRANT_REVOKED: 'forbidden',
  SHUTTING_DOWN: 'offline',
};

function kindOf(status: number, reason: string): ProblemKind {
  const known = KIND_OF_REASON[reason];
  if (known) return known;
  if (status === 401) return 'login';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'missing';
  if (status === 429) return 'busy';
  return status >= 500 && status !== 501 ? 'busy' : 'refused';
}

// As in "Missing: the grant append:default:room-1. ", the way `replog token` writes it.
function missingGrant({ verb, log, channel, node, lease }: Record<string, string>): string {
  if (verb === undefined) return '';
  const parts = [verb, log, channel ?? node ?? lease].filter((part) => part !== undefined && part !== '');
  return `Missing: the grant ${parts.join(':')}. `;
}

function adviceOf(kind: ProblemKind, details: Record<string, string>): string {
  switch (kind) {
    case 'login':
      return 'Log in with a token of this server; an operator makes one with `replog token create`.';
    case 'forbidden':
      return `${missingGrant(details)}Ask an operator for it, or log in with another token.`;
    case 'missing':
      return 'It may have been deleted, or never made.';
    case 'trimmed':
      return 'These records are gone for good: retention or an operator removed them.';
    case 'forked':
      return 'The log has another history since, as after a restore from a backup. Begin again with what it has now.';
    case 'busy':
      return 'Trying again in a moment helps.';
    case 'offline':
      return 'Trying again by itself.';
    case 'refused':
      return details.fate === 'unknown' ? 'It is not known whether it was written: look before sending it again.' : '';
  }
}
