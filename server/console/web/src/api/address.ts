export type Query = Record<string, string | number | boolean | undefined>;

// Of a path whose parts were escaped with `path`.
export function url(address: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '' && value !== false) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? address : `${address}?${text}`;
}

// path`/v1/logs/${log}` escapes what is put in.
export function path(parts: TemplateStringsArray, ...names: string[]): string {
  return parts.reduce((all, part, at) => all + encodeURIComponent(names[at - 1] as string) + part);
}
