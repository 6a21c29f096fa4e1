// The card that asks the person to connect GitHub, alone or in place of another view's result.
import type { ViewProps } from '#kit/mount.tsx';
import { Badge, Header } from '#kit/parts.tsx';
import { Connect as ConnectCard, Screen } from '#kit/screen.tsx';
import type { GithubConnection } from '../types/github_connection.ts';

const REASONS = [
  ['person', 'View your repositories'],
  ['open', 'Read and write issues'],
  ['branch', 'Create pull requests'],
] as const;

interface ConnectGithubProps {
  view: Pick<ViewProps<unknown>, 'phase' | 'input' | 'can' | 'actions'>;
  tool: string;
}

export function ConnectGithub({ view, tool }: ConnectGithubProps) {
  return (
    <ConnectCard
      view={view}
      tool={tool}
      title="Connect to GitHub"
      reasons={REASONS}
      button="Connect to GitHub"
    />
  );
}

export function Connect(view: ViewProps<GithubConnection>) {
  const card = (shown: ConnectGithubProps['view']) => (
    <ConnectGithub view={shown} tool="github_connection" />
  );
  return (
    <Screen
      view={view}
      title="Connect to GitHub"
      tool="github_connection"
      connect={() => card(view)}
    >
      {({ connected, login, host, connect_url: url }) =>
        connected ? (
          <Header
            title={`Connected to ${host}`}
            note={login && `As ${login}.`}
            aside={<Badge tone="good">Connected</Badge>}
          />
        ) : (
          card({ ...view, phase: { kind: 'connect', text: 'So that this chat can:', url } })
        )
      }
    </Screen>
  );
}
