import { useState } from 'preact/hooks';
import { hasToken, loginWanted, logOut, me } from '../api/session';
import type { Grant } from '../api/types';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icons';

// Who is logged in, and what that allows.
export function Who() {
  const [open, setOpen] = useState(false);
  const who = me.value;
  if (!who || loginWanted.value) return null;
  if (!who.accessControl) return null;
  return (
    <div class="who">
      <Icon name="shield" />
      <span class="grow clip name" title={who.principal}>
        {who.principal}
      </span>
      <button type="button" class="button plain small" aria-label={`${who.principal}: what is granted`} onClick={() => setOpen(true)}>
        Grants
      </button>
      {hasToken() && (
        <button type="button" class="button plain icon small" aria-label="Log out" title="Log out" onClick={logOut}>
          <Icon name="exit" />
        </button>
      )}
      {open && (
        <Dialog title={`What ${who.principal} may do`} onClose={() => setOpen(false)}>
          <Grants grants={who.grants ?? []} />
        </Dialog>
      )}
    </div>
  );
}

function Grants({ grants }: { grants: Grant[] }) {
  if (grants.length === 0) return <p>Nothing is granted. An operator adds grants to the server's access file.</p>;
  return (
    <div class="table-scroll">
      <table class="data">
        <thead>
          <tr>
            <th scope="col">May</th>
            <th scope="col">of the logs</th>
            <th scope="col">in</th>
          </tr>
        </thead>
        <tbody>
          {grants.map((grant, at) => (
            <tr key={at}>
              <td>{(grant.verbs ?? []).join(', ')}</td>
              <td class="mono">{(grant.logs ?? []).join(' ')}</td>
              <td class="mono">{insideOf(grant)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function insideOf({ verbs = [], channels = [], nodes = [], leases = [] }: Grant): string {
  const parts: string[] = [];
  if (verbs.includes('read') || verbs.includes('append')) parts.push(`channels ${channels.join(' ')}`);
  if (verbs.includes('node')) parts.push(`nodes ${nodes.join(' ')}`);
  if (verbs.includes('lease')) parts.push(`leases ${leases.join(' ')}`);
  return parts.join(' · ');
}
