import { useRef, useState } from 'preact/hooks';
import { getMe } from '../../api/endpoints';
import { problemFrom } from '../../api/http';
import type { Problem } from '../../api/problem';
import { hasToken, loginWanted, me, setToken } from '../../api/session';
import { Icon } from '../../ui/icons';
import { ProblemNote } from '../../ui/notes';

export function Login() {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<Problem | null>(hasToken() ? loginWanted.value : null);
  const [asking, setAsking] = useState(false);
  const logIn = async (event: Event) => {
    event.preventDefault();
    const token = input.current?.value.trim() ?? '';
    if (!isToken(token)) return setProblem(NOT_A_TOKEN);
    setAsking(true);
    const failed = await tryToken(token);
    setAsking(false);
    setProblem(failed);
    if (failed) input.current?.select();
  };
  return (
    <form class="login panel" onSubmit={logIn}>
      <div class="row">
        <Icon name="key" />
        <h1>Log in</h1>
      </div>
      <p class="muted">This server wants to know who asks. A token of its access file says so.</p>
      {problem && <ProblemNote problem={problem} />}
      <div class="field">
        <label class="label" for="token">
          Token
        </label>
        <input
          id="token"
          ref={input}
          class="input mono"
          type="password"
          name="token"
          autocomplete="off"
          spellcheck={false}
          required
          aria-describedby="token-hint"
        />
        <span class="hint" id="token-hint">
          It is kept in the memory of this page only: reloading or closing the page logs out.
        </span>
      </div>
      <button type="submit" class="button primary" disabled={asking}>
        {asking ? 'Asking the server' : 'Log in'}
      </button>
      <p class="muted">
        No token yet? An operator makes one: <code>replog token create --help</code>
      </p>
    </form>
  );
}

const NOT_A_TOKEN: Problem = {
  kind: 'login', title: 'This is not a token', advice: 'A token is one word of ASCII letters.', passes: false, details: {},
};

// What a header may carry.
function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

// Null: it is good, and its owner is logged in.
async function tryToken(token: string): Promise<Problem | null> {
  setToken(token);
  try {
    me.value = await getMe();
    loginWanted.value = null;
    return null;
  } catch (error) {
    return problemFrom(error);
  }
}
