// Who is signed in, and what this chat may do.
import { Icon, type IconName } from '#kit/icon.tsx';
import type { ViewProps } from '#kit/mount.tsx';
import { Header } from '#kit/parts.tsx';
import { Screen } from '#kit/screen.tsx';
import type { AuthWhoami } from '../types/auth_whoami.ts';

const WORDS: Record<string, [IconName, string]> = {
  'profile:read': ['person', 'See who you are'],
  'notes:read': ['note', 'Read your notes'],
  'notes:write': ['plus', 'Add notes'],
};

export function Account(view: ViewProps<AuthWhoami>) {
  return (
    <Screen view={view} title="Your account" tool="auth_whoami">
      {({ email, subject, client_id, scopes }) => (
        <>
          <Header title={email ?? 'Signed in'} note={`Account ${subject}`} />
          <h2 className="text-xs text-muted">What this chat may do</h2>
          <ul className="mt-2 space-y-2.5">
            {scopes.map((scope) => {
              const [icon, words] = WORDS[scope] ?? ['key', scope];
              return (
                <li key={scope} className="flex items-center gap-2.5">
                  <span className="text-muted">
                    <Icon name={icon} />
                  </span>
                  {words}
                </li>
              );
            })}
          </ul>
          {!scopes.length && <p className="mt-1">Nothing yet</p>}
          <p className="mt-4 text-xs text-muted">Through {client_id}</p>
        </>
      )}
    </Screen>
  );
}
