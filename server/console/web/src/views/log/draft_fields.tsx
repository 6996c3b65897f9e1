import { useId } from 'preact/hooks';
import type { BodyKind, Draft, Faults } from './draft';

interface Props {
  draft: Draft;
  faults: Faults;
  onChange: (change: Partial<Draft>) => void;
}

type TextName = 'channel' | 'key' | 'id' | 'version' | 'expires';

interface TextProps extends Props {
  name: TextName;
  label: string;
  first?: boolean; // where the focus begins
  placeholder?: string;
  hint?: string;
}

export function TextField({ draft, faults, onChange, name, label, first = false, placeholder = '', hint }: TextProps) {
  const id = useId();
  const fault = faults[name];
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="input"
        name={name}
        autofocus={first}
        value={draft[name]}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onChange({ [name]: (event.target as HTMLInputElement).value })}
      />
      <span id={`${id}-hint`} class={fault ? 'fault' : 'hint'}>
        {fault ?? hint}
      </span>
    </div>
  );
}

const KINDS: [BodyKind, string][] = [
  ['text', 'Text'],
  ['json', 'JSON'],
  ['hex', 'Bytes'],
  ['none', 'None'],
  ['deleted', 'Delete the key'],
];
const HINTS: Record<BodyKind, string> = {
  text: '', json: 'Checked before it is sent', hex: 'Hexadecimal, as 0f a0 ff', none: '', deleted: '',
};

export function BodyField({ draft, faults, onChange }: Props) {
  const id = useId();
  const shown = draft.kind !== 'none' && draft.kind !== 'deleted';
  return (
    <div class="field">
      <div class="row">
        <label class="label" for={`${id}-body`}>
          Body
        </label>
        <span class="grow" />
        <div class="tabs" role="group" aria-label="What the body is">
          {KINDS.map(([kind, name]) => (
            <button key={kind} type="button" aria-pressed={draft.kind === kind} onClick={() => onChange({ kind })}>
              {name}
            </button>
          ))}
        </div>
      </div>
      {shown && (
        <textarea
          id={`${id}-body`}
          class="textarea"
          name="body"
          value={draft.body}
          spellcheck={false}
          aria-invalid={faults.body !== undefined}
          aria-describedby={`${id}-hint`}
          onInput={(event) => onChange({ body: (event.target as HTMLTextAreaElement).value })}
        />
      )}
      <span id={`${id}-hint`} class={faults.body ? 'fault' : 'hint'}>
        {faults.body ?? HINTS[draft.kind]}
      </span>
    </div>
  );
}
