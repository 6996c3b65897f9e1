import { target } from '../../app/target';
import { replog } from '../../commands/commands';
import { EmptyState } from '../../ui/notes';

export function FirstSteps() {
  const command = replog(target.value);
  return (
    <div class="panel">
      <EmptyState
        icon="inbox"
        title="Nothing has been written yet"
        commands={[`${command} append room-1 'Hello everyone!'`, `${command} tail --node printer --fleet printers`]}
      >
        <p class="muted">
          The first command appends a record, the second follows the log as a node. Both show up here at once; so does what you
          append under <a href="#/logs/default">Records</a>.
        </p>
      </EmptyState>
    </div>
  );
}
