import { useMemo, useState } from 'preact/hooks';
import type { LogRecord } from '../../api/record';
import { bytesOfBase64 } from '../../format/base64';
import { formatBytes } from '../../format/bytes';
import { hexLines } from '../../format/hex';
import { prettyJson } from '../../format/json_text';
import { CopyButton } from '../../ui/copy_button';

type Form = 'json' | 'text' | 'hex';

const HEX_SHOWN = 4096;
const TEXT_SHOWN = 100_000;
const NAMES: Record<Form, string> = { json: 'JSON', text: 'Text', hex: 'Hex' };

export function RecordBody({ record }: { record: LogRecord }) {
  if (record.deleted) return <p class="muted">None: this record says that the key is deleted.</p>;
  if (record.text === undefined && record.payload === undefined) return <p class="muted">This record has no body.</p>;
  return <Body record={record} />;
}

function Body({ record }: { record: LogRecord }) {
  const [wanted, setWanted] = useState<Form>('json');
  const { bytes, text, json } = useMemo(() => formsOf(record), [record]);
  const forms: Form[] = [...(json === null ? [] : ['json' as const]), ...(text === null ? [] : ['text' as const]), 'hex'];
  const form = forms.includes(wanted) ? wanted : (forms[0] as Form);
  return (
    <div class="body-box">
      <div class="row">
        <div class="tabs" role="group" aria-label="Show the body as">
          {forms.map((one) => (
            <button key={one} type="button" aria-pressed={form === one} onClick={() => setWanted(one)}>
              {NAMES[one]}
            </button>
          ))}
        </div>
        <span class="grow" />
        <CopyButton text={form === 'json' && json !== null ? json : (text ?? record.payload ?? '')} label="Copy the body" />
      </div>
      {form === 'hex' ? <Hex bytes={bytes} /> : <Text text={form === 'json' ? (json as string) : (text as string)} />}
    </div>
  );
}

function Text({ text }: { text: string }) {
  if (text === '') return <p class="muted">An empty text.</p>;
  return (
    <>
      <pre class="body-text">{text.slice(0, TEXT_SHOWN)}</pre>
      {text.length > TEXT_SHOWN && <p class="muted">The first {formatBytes(TEXT_SHOWN)} of {formatBytes(text.length)}; copy it to get all.</p>}
    </>
  );
}

function Hex({ bytes }: { bytes: Uint8Array }) {
  return (
    <>
      <pre class="body-text hex">
        {hexLines(bytes, HEX_SHOWN).map((line) => (
          <div key={line.offset}>
            <span class="muted">{line.offset}</span> <span class="pairs">{line.hex}</span> <span>{line.text}</span>
          </div>
        ))}
      </pre>
      {bytes.length > HEX_SHOWN && <p class="muted">The first {formatBytes(HEX_SHOWN)} of {formatBytes(bytes.length)}.</p>}
    </>
  );
}

function formsOf(record: LogRecord): { bytes: Uint8Array; text: string | null; json: string | null } {
  const bytes = record.payload === undefined ? new TextEncoder().encode(record.text) : bytesOfBase64(record.payload);
  const text = record.text ?? textOf(bytes);
  return { bytes, text, json: text === null ? null : prettyJson(text) };
}

// Null: the bytes are no text.
function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /[\x00-\x08\x0e-\x1f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
