import type { Replogd } from './replogd';

// Appends records over HTTP as one batch; resolves to the first one's sequence.
export async function append(server: Replogd, records: object[], log = 'default'): Promise<number> {
  const response = await fetch(`${server.url}/v1/logs/${log}/records`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ records }),
  });
  if (!response.ok) throw new Error(await response.text());
  return Number(((await response.json()) as { firstSequence: string }).firstSequence);
}

export function lines(count: number, channel = 'room-1', from = 0): object[] {
  return Array.from({ length: count }, (_, at) => ({ channel, text: `message ${from + at}` }));
}
