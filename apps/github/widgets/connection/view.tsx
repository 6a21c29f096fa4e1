// Who is connected to GitHub, and what this chat and this server may do there.
import type { ViewProps } from '#kit/mount.tsx';
import { Badge, Header, Link } from '#kit/parts.tsx';
import { AskButton, Foot, Screen } from '#kit/screen.tsx';
import { ConnectGithub } from '../connect/view.tsx';
import type { GithubConnection } from '../types/github_connection.ts';

const TOOL = 'github_connection';
const ASK = 'I want to allow changes on GitHub. Ask me for write access.';

export function Connection(view: ViewProps<GithubConnection>) {
  const connect = (shown: typeof view) => <ConnectGithub view={shown} tool={TOOL} />;
  return (
    <Screen view={view} title="GitHub connection" tool={TOOL} connect={() => connect(view)}>
      {(output) => {
        const { connected, connect_url: url } = output;
        if (connected) return <Connected view={view} output={output} />;
        return connect({
          ...view,
          phase: { kind: 'connect', text: 'So that this chat can:', url },
        });
      }}
    </Screen>
  );
}

interface ConnectedProps {
  view: ViewProps<GithubConnection>;
  output: GithubConnection;
}

function Connected({ view, output }: ConnectedProps) {
  const { login, host, held_scopes, upstream_scopes, manage_url, write_granted } = output;
  return (
    <>
      <Header
        title={login ?? 'GitHub connection'}
        note={host}
        aside={<Badge tone="good">Connected</Badge>}
      />
      <dl className="space-y-3">
        <Scopes title="What this chat may do" scopes={held_scopes} />
        <Scopes title={`What ${host} allows`} scopes={upstream_scopes} />
        <div>
          <dt className="text-xs text-muted">Changes</dt>
          <dd className="mt-0.5">
            {write_granted ? 'Allowed' : 'Not allowed: this chat can only read'}
          </dd>
        </div>
      </dl>
      <Foot>
        {!write_granted && (
          <AskButton view={view} look="primary" icon="key" say={ASK}>
            Grant write access
          </AskButton>
        )}
        <Link
          url={manage_url}
          {...view}
          look={write_granted ? 'primary' : 'plain'}
          of="the connection"
        >
          Manage
        </Link>
      </Foot>
    </>
  );
}

function Scopes({ title, scopes }: { title: string; scopes: string[] }) {
  return (
    <div>
      <dt className="text-xs text-muted">{title}</dt>
      <dd className="mt-1 flex flex-wrap gap-1.5">
        {scopes.length ? scopes.map((scope) => <Badge key={scope}>{scope}</Badge>) : 'Nothing'}
      </dd>
    </div>
  );
}
