import type { Replogd } from './replogd';

export async function append(server: Replogd, token: string, records: object[]): Promise<void> {
  const response = await fetch(`${server.url}/v1/logs/default/records`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ records }),
  });
  if (!response.ok) throw new Error(await response.text());
}
