import type { Draft } from './draft';
import { Icon } from '../../ui/icons';

interface Props {
  headers: Draft['headers'];
  fault: string | undefined;
  onChange: (headers: Draft['headers']) => void;
}

export function HeaderFields({ headers, fault, onChange }: Props) {
  const put = (at: number, change: Partial<Draft['headers'][number]>) =>
    onChange(headers.map((header, index) => (index === at ? { ...header, ...change } : header)));
  const valueOf = (event: Event) => (event.target as HTMLInputElement).value;
  return (
    <div class="field" role="group" aria-label="Headers">
      <span class="label">Headers</span>
      {headers.map(({ name, value }, at) => (
        <div class="header-field" key={at}>
          <input class="input" placeholder="name" aria-label={`Name of header ${at + 1}`} value={name} onInput={(event) => put(at, { name: valueOf(event) })} />
          <input class="input" placeholder="value" aria-label={`Value of header ${at + 1}`} value={value} onInput={(event) => put(at, { value: valueOf(event) })} />
          <button
            type="button"
            class="button plain icon"
            aria-label={`Remove header ${at + 1}`}
            onClick={() => onChange(headers.filter((_, index) => index !== at))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      {fault && (
        <span class="fault" role="alert">
          {fault}
        </span>
      )}
      <div>
        <button type="button" class="button small" onClick={() => onChange([...headers, { name: '', value: '' }])}>
          <Icon name="plus" />
          Header
        </button>
      </div>
    </div>
  );
}
