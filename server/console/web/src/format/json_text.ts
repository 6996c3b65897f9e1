// Pretty JSON, if the text is an object or an array; numbers stay as they are written, since JSON.parse would change those
// above 2^53. Null: it is not JSON, or nested too deep to be read.
export function prettyJson(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return indent(text);
}

// Deeper than that it is nobody's data, and each level indents all that is in it.
const DEEPEST = 100;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

function indent(text: string): string | null {
  let depth = 0;
  let out = '';
  const newline = () => `\n${'  '.repeat(depth)}`;
  const tokens = text.match(TOKEN) ?? [];
  if (depthOf(tokens) > DEEPEST) return null;
  tokens.forEach((token, at) => {
    const next = tokens[at + 1] ?? '';
    if (token === '{' || token === '[') {
      const empty = next === '}' || next === ']';
      depth += empty ? 0 : 1;
      out += token + (empty ? '' : newline());
    } else if (token === '}' || token === ']') {
      const empty = tokens[at - 1] === '{' || tokens[at - 1] === '[';
      depth -= empty ? 0 : 1;
      out += (empty ? '' : newline()) + token;
    } else if (token === ',') {
      out += token + newline();
    } else {
      out += token === ':' ? ': ' : token;
    }
  });
  return out;
}

function depthOf(tokens: readonly string[]): number {
  let depth = 0;
  let deepest = 0;
  for (const token of tokens) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth);
    else if (token === '}' || token === ']') depth--;
  }
  return deepest;
}
