// Issues as rows that open where they stand.
import { Icon } from '#kit/icon.tsx';
import type { ViewProps } from '#kit/mount.tsx';
import { Badge, Link } from '#kit/parts.tsx';
import { ago, counted } from '#kit/words.ts';
import type { GetRepositoryIssues } from '../types/get_repository_issues.ts';

type Issue = GetRepositoryIssues['issues'][number];
type Host = Pick<ViewProps<unknown>, 'can' | 'actions'>;

interface IssueListProps {
  issues: Issue[];
  view: Host;
  level: 'h2' | 'h3';
}

export function IssueList({ issues, view, level }: IssueListProps) {
  if (!issues.length) return <p className="py-3 text-muted">No issues here.</p>;
  return (
    <ul className="divide-y divide-line">
      {issues.map((issue) => (
        <IssueRow key={issue.id} issue={issue} view={view} level={level} />
      ))}
    </ul>
  );
}

function IssueRow({
  issue,
  view,
  level: Heading,
}: Omit<IssueListProps, 'issues'> & { issue: Issue }) {
  const open = issue.state === 'open';
  const time = new Date(issue.created_at);
  return (
    <li>
      <details className="group py-3">
        <summary className="flex list-none items-start gap-2 rounded-control">
          <span className={`mt-0.5 ${open ? 'text-good' : 'text-muted'}`}>
            <Icon name={open ? 'open' : 'closed'} />
          </span>
          <span className="sr-only">{open ? 'Open' : 'Closed'}</span>
          <span className="min-w-0 grow">
            <Heading className="font-medium">{issue.title}</Heading>
            <span className="mt-0.5 block text-xs text-muted">
              #{issue.number} by <span>{issue.user}</span>
              {!Number.isNaN(time.getTime()) && ` · ${ago(time)}`}
              {issue.comments > 0 && ` · ${counted(issue.comments, 'comment')}`}
            </span>
            {issue.labels.length > 0 && (
              <span className="mt-1.5 flex flex-wrap gap-1.5">
                {issue.labels.map((label) => (
                  <Badge key={label}>{label}</Badge>
                ))}
              </span>
            )}
          </span>
          <span className="mt-0.5 text-muted group-open:rotate-180">
            <Icon name="chevron" />
          </span>
        </summary>
        <div className="mt-2.5 pl-6">
          <p className="whitespace-pre-wrap text-muted">{issue.body || 'No description.'}</p>
          <p className="-mx-2 mt-1.5">
            <Link url={issue.html_url} {...view} look="quiet" of={`issue ${issue.number}`}>
              View on GitHub
            </Link>
          </p>
        </div>
      </details>
    </li>
  );
}
