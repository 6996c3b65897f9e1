import { useEffect } from 'preact/hooks';
import { announce } from '../ui/announcer';
import { serverAnswers } from './connection';

// Shown while the server does not answer; everything on the page goes on by itself.
export function Banner() {
  const answers = serverAnswers.value;
  useEffect(() => {
    if (!answers) return () => announce('Connected again');
    return undefined;
  }, [answers]);
  if (answers) return null;
  return (
    <div class="banner" role="status">
      <span class="spinner" />
      The server does not answer. Reconnecting by itself; what is shown is from before.
    </div>
  );
}
