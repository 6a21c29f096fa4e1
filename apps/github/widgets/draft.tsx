// A write that the person can look at while it is pending, and change and send again when it failed.
import { useState, type ReactNode } from 'react';
import { useRequest, type ViewProps } from '#kit/mount.tsx';
import { Button, Field, Header, Link, Notice } from '#kit/parts.tsx';
import { phaseOfResult } from '#kit/phase.ts';
import { Foot, Screen } from '#kit/screen.tsx';
import { Icon } from '#kit/icon.tsx';
import { ConnectGithub } from './connect/view.tsx';

export interface DraftField {
  name: string;
  label: string;
  rows?: number;
  required?: boolean;
  /** Several, written with commas between them. */
  list?: boolean;
}

export interface Made {
  number: number;
  title: string;
  html_url: string;
}

interface DraftProps<Output> {
  view: ViewProps<Output>;
  tool: string;
  noun: string;
  fields: readonly DraftField[];
  made(output: Output): Made;
  warnings(output: Output): string[] | undefined;
}

export function Draft<Output>(props: DraftProps<Output>) {
  const { view, tool, noun, made, warnings } = props;
  const { phase, input, can } = view;
  const title = `New ${noun}`;
  const stopped = phase.kind === 'refused' || phase.kind === 'cancelled';
  if (stopped && can.callTool && repositoryOf(input))
    return <Form {...props} problem={phase.kind === 'refused' ? phase.text : ''} />;
  return (
    <Screen
      view={view}
      title={title}
      tool={tool}
      waiting={repositoryOf(input) ? <Preview {...props} waiting /> : undefined}
      connect={() => (
        <>
          <ConnectGithub view={view} tool={tool} />
          {repositoryOf(input) && (
            <div className="mt-5 border-t border-line pt-4">
              <Preview {...props} />
            </div>
          )}
        </>
      )}
    >
      {(output) => (
        <Done view={view} noun={noun} made={made(output)} warnings={warnings(output) ?? []} />
      )}
    </Screen>
  );
}

function Preview<Output>({ view, fields, waiting }: DraftProps<Output> & { waiting?: boolean }) {
  const values = readValues(view.input, fields);
  const [headline, ...rest] = fields;
  return (
    <>
      <p className="text-muted">{repositoryOf(view.input)}</p>
      <h2 className="mt-1 text-base font-medium">{values[headline?.name ?? '']}</h2>
      <dl className="mt-3 space-y-3">
        {rest
          .filter(({ name }) => values[name])
          .map(({ name, label }) => (
            <div key={name}>
              <dt className="text-xs text-muted">{label}</dt>
              <dd className="mt-0.5 whitespace-pre-wrap">{values[name]}</dd>
            </div>
          ))}
      </dl>
      {waiting && <p className="mt-4 text-muted">Waiting to be created…</p>}
    </>
  );
}

function Form<Output>(props: DraftProps<Output> & { problem: string }) {
  const { view, tool, noun, fields, problem, made } = props;
  const [values, setValues] = useState(() => readValues(view.input, fields));
  const [tried, setTried] = useState(false);
  const { busy, run } = useRequest();
  const repository = repositoryOf(view.input);
  const missing = fields.filter(({ name, required }) => required && !values[name]?.trim());

  const send = async () => {
    const result = await view.actions.refresh(tool, writeValues(view.input, fields, values));
    const phase = phaseOfResult<Output>(result);
    if (phase.kind !== 'result') return;
    const { number, title } = made(phase.output);
    view.actions.tellModel(`The person created ${noun} #${number} in ${repository}: ${title}`);
  };
  const press = () => {
    setTried(true);
    if (!missing.length) void run(send);
  };
  return (
    <>
      <Header title={`New ${noun}`} note={repository} />
      <div role="alert" className="mb-4">
        <Notice tone={problem ? 'bad' : 'calm'}>
          {problem ||
            'This was cancelled, but it may have been created already: look first. You can change it and create it here.'}
        </Notice>
      </div>
      <div role="group" aria-label={`New ${noun}`} className="space-y-3">
        {fields.map(({ name, label, rows, required, list }) => (
          <Field
            key={name}
            label={label}
            value={values[name] ?? ''}
            onChange={(value) => setValues({ ...values, [name]: value })}
            {...(rows && { rows })}
            {...(required && { required })}
            {...(list && { hint: 'With commas between them.' })}
            {...(tried && required && !values[name]?.trim() && { problem: `${label} is needed.` })}
          />
        ))}
      </div>
      <Foot>
        <Button look="primary" busy={busy} onPress={press}>
          Create {noun}
        </Button>
      </Foot>
    </>
  );
}

interface DoneProps {
  view: Pick<ViewProps<unknown>, 'can' | 'actions'>;
  noun: string;
  made: Made;
  warnings: string[];
}

function Done({ view, noun, made, warnings }: DoneProps) {
  const title: ReactNode = (
    <span className="flex items-center gap-2">
      <span className="text-good">
        <Icon name="check" size={18} />
      </span>
      {noun[0]?.toUpperCase()}
      {noun.slice(1)} #{made.number} created
    </span>
  );
  return (
    <>
      <Header title={title} />
      <p role="status">{made.title}</p>
      {warnings.length > 0 && (
        <div className="mt-3">
          <Notice tone="warn">{warnings.join('\n')}</Notice>
        </div>
      )}
      <Foot>
        <Link url={made.html_url} {...view} look="primary" of={`${noun} ${made.number}`}>
          View on GitHub
        </Link>
      </Foot>
    </>
  );
}

/** The model's arguments are whatever it wrote: only text is shown. */
function repositoryOf({ owner, repo }: Record<string, unknown>): string {
  return typeof owner === 'string' && typeof repo === 'string' ? `${owner}/${repo}` : '';
}

function readValues(input: Record<string, unknown>, fields: readonly DraftField[]) {
  const text = (value: unknown): string =>
    Array.isArray(value) ? value.map(text).join(', ') : value == null ? '' : String(value);
  return Object.fromEntries(fields.map(({ name }) => [name, text(input[name])]));
}

/** What the form does not show stays as the model wrote it. */
function writeValues(
  input: Record<string, unknown>,
  fields: readonly DraftField[],
  values: Record<string, string>,
): Record<string, unknown> {
  const args = { ...input };
  for (const { name, list } of fields) {
    const text = values[name]?.trim() ?? '';
    const items = text.split(',').map((item) => item.trim());
    if (text) args[name] = list ? items.filter(Boolean) : text;
    else delete args[name];
  }
  return args;
}
