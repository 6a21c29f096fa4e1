// The issues of one repository.
import { useState } from 'react';
import { useRequest, type ViewProps } from '#kit/mount.tsx';
import { Button, Failure, FullscreenButton, Header } from '#kit/parts.tsx';
import { outputOf } from '#kit/phase.ts';
import { AskButton, Foot, Screen } from '#kit/screen.tsx';
import { counted } from '#kit/words.ts';
import { ConnectGithub } from '../connect/view.tsx';
import type { GetRepositoryIssues } from '../types/get_repository_issues.ts';
import { IssueList } from './list.tsx';

const TOOL = 'get_repository_issues';
const STATES = ['open', 'closed', 'all'];

export function Issues(view: ViewProps<GetRepositoryIssues>) {
  return (
    <Screen
      view={view}
      title="Issues"
      tool={TOOL}
      connect={() => <ConnectGithub view={view} tool={TOOL} />}
    >
      {(answer) => <List view={view} first={answer} />}
    </Screen>
  );
}

interface ListProps {
  view: ViewProps<GetRepositoryIssues>;
  first: GetRepositoryIssues;
}

function List({ view, first }: ListProps) {
  const { can, actions, input } = view;
  const [more, setMore] = useState<GetRepositoryIssues[]>([]);
  const { busy, failure, run } = useRequest();
  const pages = [first, ...more];
  const issues = pages.flatMap((page) => page.issues);
  const { next_page: next, next_per_page: perPage } = pages.at(-1) ?? first;
  const [owner = '', repo = ''] = first.repository.split('/');

  const showMore = async () => {
    const result = await actions.callTool(TOOL, { ...input, owner, repo, page: next, perPage });
    setMore([...more, outputOf<GetRepositoryIssues>(result)]);
  };
  const { page: _, ...rest } = input;
  const state = String(input['state'] ?? 'open');
  return (
    <>
      <Header
        title={first.repository}
        note={next ? `The first ${issues.length} issues` : counted(issues.length, 'issue')}
        aside={
          <div className="flex items-center gap-3">
            {can.callTool && (
              <State
                value={state}
                onChange={(chosen) =>
                  void actions.refresh(TOOL, { ...rest, owner, repo, state: chosen })
                }
              />
            )}
            <FullscreenButton {...view} />
          </div>
        }
      />
      <IssueList issues={issues} view={view} level="h2" />
      <Foot>
        <AskButton
          view={view}
          look="primary"
          icon="plus"
          say={`Create a new issue in ${first.repository}`}
        >
          Create issue
        </AskButton>
        {next && can.callTool && (
          <Button busy={busy} onPress={() => void run(showMore)}>
            {busy ? 'Loading more' : 'Show more'}
          </Button>
        )}
      </Foot>
      <Failure text={failure} />
    </>
  );
}

function State({ value, onChange }: { value: string; onChange(state: string): void }) {
  return (
    <select
      aria-label="Which issues"
      className="h-8 rounded-control border border-edge bg-ground px-2"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {STATES.map((state) => (
        <option key={state} value={state}>
          {state[0]?.toUpperCase()}
          {state.slice(1)}
        </option>
      ))}
    </select>
  );
}
