export interface HexLine {
  offset: string;
  hex: string;
  text: string;
}

const WIDTH = 16;

// As hexdump -C shows it: 16 bytes a line, of at most `limit` bytes.
export function hexLines(bytes: Uint8Array, limit = 4096): HexLine[] {
  const lines: HexLine[] = [];
  const end = Math.min(bytes.length, limit);
  for (let at = 0; at < end; at += WIDTH) lines.push(hexLine(bytes.subarray(at, Math.min(at + WIDTH, end)), at));
  return lines;
}

function hexLine(bytes: Uint8Array, at: number): HexLine {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  const halves = [pairs.slice(0, 8).join(' '), pairs.slice(8).join(' ')];
  return {
    offset: at.toString(16).padStart(8, '0'),
    hex: halves.filter((half) => half !== '').join('  '),
    text: Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
  };
}
