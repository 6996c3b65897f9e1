import type { ComponentChildren } from 'preact';
import type { Problem } from '../api/problem';
import { CommandLine } from './copy_button';
import { Icon, type IconName } from './icons';

export function ProblemNote({ problem, children }: { problem: Problem; children?: ComponentChildren }) {
  return (
    <div class={`note ${problem.passes ? 'warn' : 'bad'}`} role="alert">
      <Icon name="warning" />
      <div class="grow">
        <p class="title">{problem.title}</p>
        {problem.advice !== '' && <p>{problem.advice}</p>}
      </div>
      {children}
    </div>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  commands?: string[];
}

// Where there is nothing yet: what would be here, and how to get it.
export function EmptyState({ icon, title, children, commands = [] }: EmptyProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h3>{title}</h3>
      {children}
      {commands.map((line) => (
        <CommandLine key={line} line={line} />
      ))}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div class="empty">
      <span class="spinner" />
      <p class="muted">{what}</p>
    </div>
  );
}
