import { offline, problemOf, type ErrorBody, type Problem } from './problem';
import { authorization, loginWanted } from './session';

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

// The answer, whatever its body; throws ApiError, or what an abort throws.
export async function request(address: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { ...init, headers: { ...authorization(), ...init.headers }, cache: 'no-store' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(offline());
  }
  if (response.ok) return response;
  const problem = problemOf(response.status, await errorBody(response));
  if (problem.kind === 'login') loginWanted.value = problem;
  throw new ApiError(problem);
}

async function errorBody(response: Response): Promise<ErrorBody> {
  try {
    return (await response.json()) as ErrorBody;
  } catch {
    return {};
  }
}

export async function getJson<T>(address: string, signal?: AbortSignal): Promise<T> {
  return readJson<T>(await request(address, signal ? { signal } : {}));
}

export async function postJson<T>(address: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
  return readJson<T>(await request(address, signal ? { ...init, signal } : init));
}

// A connection that breaks within an answer is no other than one that breaks before it.
async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError(offline());
  }
}

export function problemFrom(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  const title = error instanceof Error ? error.message : String(error);
  return { kind: 'refused', title, advice: 'This is a fault of the console; reloading the page may help.', passes: false, details: {} };
}
