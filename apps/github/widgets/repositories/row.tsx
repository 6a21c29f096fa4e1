// One repository, with its open issues below it on request.
import { useState } from 'react';
import { Icon } from '#kit/icon.tsx';
import { useRequest, type ViewProps } from '#kit/mount.tsx';
import { Badge, Button, Failure, Link } from '#kit/parts.tsx';
import { outputOf } from '#kit/phase.ts';
import { AskButton } from '#kit/screen.tsx';
import { ago, counted, short } from '#kit/words.ts';
import { IssueList } from '../issues/list.tsx';
import type { GetRepositoryIssues } from '../types/get_repository_issues.ts';
import type { ListRepositories } from '../types/list_repositories.ts';

interface RowProps {
  repository: ListRepositories['repositories'][number];
  view: Pick<ViewProps<unknown>, 'can' | 'actions'>;
}

export function RepositoryRow({ repository, view }: RowProps) {
  const { full_name: name, description, language, private: hidden } = repository;
  const [issues, setIssues] = useState<GetRepositoryIssues>();
  const { busy, failure, run } = useRequest();
  const loadIssues = async () => {
    const [owner = '', repo = ''] = name.split('/');
    const args = { owner, repo, state: 'open' };
    const result = await view.actions.callTool('get_repository_issues', args);
    setIssues(outputOf<GetRepositoryIssues>(result));
  };
  return (
    <li className="py-3.5 last:pb-0">
      <div className="sm:flex sm:items-end sm:justify-between sm:gap-6">
        <div className="min-w-0">
          <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
            <div className="flex min-w-0 items-baseline gap-2">
              <span className="translate-y-0.75 text-muted">
                <Icon name={hidden ? 'lock' : 'globe'} />
              </span>
              <h2 className="min-w-0 font-medium">{name}</h2>
            </div>
            <span className="sr-only">{hidden ? 'Private' : 'Public'}</span>
            {language && <Badge>{language}</Badge>}
          </div>
          {description && <p className="mt-1 line-clamp-2 text-muted">{description}</p>}
          <Facts repository={repository} />
        </div>
        <div className="-mx-2 mt-1.5 flex flex-wrap gap-x-1 sm:-my-2 sm:shrink-0">
          <Link url={repository.html_url} {...view} look="quiet" of={name}>
            View on GitHub
          </Link>
          {view.can.callTool && (
            <Button
              look="quiet"
              of={`of ${name}`}
              busy={busy}
              expanded={Boolean(issues)}
              onPress={() => (issues ? setIssues(undefined) : void run(loadIssues))}
            >
              {issues ? 'Hide issues' : 'Show issues'}
            </Button>
          )}
          <AskButton
            view={view}
            look="quiet"
            of={`in ${name}`}
            say={`Create a new issue in ${name}`}
          >
            Create issue
          </AskButton>
        </div>
      </div>
      <Failure text={failure} />
      {issues && (
        <div className="mt-2 rounded-card border border-line px-3">
          <IssueList issues={issues.issues} view={view} level="h3" />
        </div>
      )}
    </li>
  );
}

function Facts({ repository }: Pick<RowProps, 'repository'>) {
  const { stargazers_count: stars, open_issues_count: open, updated_at: updated } = repository;
  const time = new Date(updated);
  return (
    <p className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted">
      <span className="inline-flex items-center gap-1">
        <Icon name="star" size={14} />
        {short(stars)}
        <span className="sr-only"> {stars === 1 ? 'star' : 'stars'}</span>
      </span>
      <span className="inline-flex items-center gap-1">
        <Icon name="open" size={14} />
        {counted(open, 'open issue or PR', 'open issues and PRs')}
      </span>
      {!Number.isNaN(time.getTime()) && (
        <time dateTime={updated} title={time.toLocaleString('en')}>
          Updated {ago(time)}
        </time>
      )}
    </p>
  );
}
