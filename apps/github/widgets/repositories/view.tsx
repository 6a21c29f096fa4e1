// The person's repositories, or those that a search found.
import { useState } from 'react';
import { useRequest, type ViewProps } from '#kit/mount.tsx';
import { Button, Failure, Field, FullscreenButton, Header } from '#kit/parts.tsx';
import { outputOf } from '#kit/phase.ts';
import { Foot, Screen } from '#kit/screen.tsx';
import { counted } from '#kit/words.ts';
import { ConnectGithub } from '../connect/view.tsx';
import type { ListRepositories } from '../types/list_repositories.ts';
import { RepositoryRow } from './row.tsx';

/** Below this many a filter is in the way. */
const FILTER_FROM = 6;

type Answer = ListRepositories & { total_count?: number };

export function Repositories(view: ViewProps<Answer>) {
  const guess = 'query' in view.input ? 'search_repositories' : 'list_repositories';
  const tool = view.context.toolInfo?.tool?.name ?? guess;
  return (
    <Screen
      view={view}
      title="Repositories"
      tool={tool}
      connect={() => <ConnectGithub view={view} tool={tool} />}
    >
      {(answer) => <List view={view} tool={tool} first={answer} />}
    </Screen>
  );
}

function List({ view, tool, first }: { view: ViewProps<Answer>; tool: string; first: Answer }) {
  const [more, setMore] = useState<Answer[]>([]);
  const [filter, setFilter] = useState('');
  const { busy, failure, run } = useRequest();
  const pages = [first, ...more];
  const all = pages.flatMap(({ repositories }) => repositories);
  const { next_page: next, next_per_page: perPage } = pages.at(-1) ?? first;

  const sought = filter.trim().toLowerCase();
  const shown = all.filter(({ full_name, description, language }) =>
    [full_name, description, language].join('\n').toLowerCase().includes(sought),
  );
  const showMore = async () => {
    const result = await view.actions.callTool(tool, { ...view.input, page: next, perPage });
    setMore([...more, outputOf<Answer>(result)]);
  };
  const total = first.total_count ?? (next ? undefined : all.length);
  const title =
    total === undefined
      ? `Repositories (first ${all.length})`
      : counted(total, 'repository', 'repositories');

  const { notice, install_url: install } = first;
  if (!all.length && !next)
    return (
      <>
        <Header title="No repositories" note={notice ?? 'There are none here that this chat may see.'} />
        {install && view.can.openLink && (
          <Foot>
            <Button busy={busy} onPress={() => void run(() => view.actions.openLink(install))}>
              Install the GitHub App
            </Button>
          </Foot>
        )}
        <Failure text={failure} />
      </>
    );
  return (
    <>
      <Header title={title} aside={<FullscreenButton {...view} />} />
      {all.length >= FILTER_FROM && (
        <Field inside label="Filter what is shown" value={filter} onChange={setFilter} />
      )}
      <p role="status" className="sr-only">
        {counted(shown.length, 'repository', 'repositories')} shown
      </p>
      {shown.length ? (
        <ul className="divide-y divide-line">
          {shown.map((repository) => (
            <RepositoryRow key={repository.id} repository={repository} view={view} />
          ))}
        </ul>
      ) : (
        <p className="py-6 text-center text-muted">Nothing shown matches “{filter}”.</p>
      )}
      {notice && <p className="py-2 text-muted">{notice}</p>}
      {next && view.can.callTool && (
        <Foot>
          <Button busy={busy} onPress={() => void run(showMore)}>
            {busy ? 'Loading more' : 'Show more'}
          </Button>
        </Foot>
      )}
      <Failure text={failure} />
    </>
  );
}
