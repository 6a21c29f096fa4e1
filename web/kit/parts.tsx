// The small parts that views are made of.
import type { ComponentChildren } from 'preact';
import { useId } from 'react';
import type { Abilities, Actions } from './host.ts';
import { safeUrl } from './host.ts';
import { Icon, type IconName } from './icon.tsx';

interface Children {
  children?: ComponentChildren;
}

const LOOKS = {
  primary: 'min-h-9 px-3.5 bg-strong text-on-strong border border-strong hover:opacity-85',
  plain: 'min-h-9 px-3.5 border border-edge hover:bg-sunken',
  quiet: 'min-h-8 px-2 text-muted hover:bg-sunken hover:text-text',
};

interface ButtonProps extends Children {
  onPress(): void;
  look?: keyof typeof LOOKS;
  icon?: IconName;
  busy?: boolean;
  /** What is acted on, where the visible words alone do not say it. */
  of?: string;
  expanded?: boolean;
}

export function Button({
  onPress,
  look = 'plain',
  icon,
  busy,
  of,
  expanded,
  children,
}: ButtonProps) {
  return (
    <button
      type="button"
      className={`inline-flex items-center justify-center gap-1.5 rounded-control font-medium ${LOOKS[look]} ${busy ? 'opacity-60' : ''}`}
      // Not `disabled`, which would take the focus away from who pressed it.
      aria-disabled={busy ? 'true' : undefined}
      aria-expanded={expanded}
      onClick={() => busy || onPress()}
    >
      {icon && <Icon name={icon} />}
      <span>
        {children}
        {of && <span className="sr-only"> {of}</span>}
      </span>
    </button>
  );
}

interface LinkProps extends Children {
  url: string;
  can: Abilities;
  actions: Actions;
  look?: keyof typeof LOOKS | 'text';
  of?: string;
}

/** A link that the host opens. Of an address that may not be opened only words stay, and no button. */
export function Link({ url, can, actions, look = 'text', of, children }: LinkProps) {
  const safe = safeUrl(url);
  const open = (event: Event) => {
    event.preventDefault();
    actions.openLink(url).catch(() => undefined);
  };
  if (!safe) return look === 'text' ? <span>{children}</span> : null;
  const shape =
    look === 'text'
      ? 'text-link underline-offset-2 hover:underline'
      : `inline-flex items-center justify-center gap-1.5 rounded-control font-medium ${LOOKS[look]}`;
  return (
    <a
      href={safe}
      target="_blank"
      rel="noopener noreferrer"
      className={shape}
      onClick={can.openLink ? open : undefined}
    >
      {children}
      {of && <span className="sr-only"> {of}</span>}
      {look !== 'text' && <Icon name="external" size={14} />}
      <span className="sr-only"> (opens in a new tab)</span>
    </a>
  );
}

const TONES = {
  neutral: 'border-line text-muted',
  good: 'border-current text-good',
  bad: 'border-current text-bad',
};

export function Badge({ tone = 'neutral', children }: Children & { tone?: keyof typeof TONES }) {
  return (
    <span
      className={`inline-block max-w-full shrink-0 truncate rounded-full border px-2 text-xs leading-5 ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}

interface HeaderProps {
  title: ComponentChildren;
  note?: ComponentChildren;
  aside?: ComponentChildren;
}

export function Header({ title, note, aside }: HeaderProps) {
  return (
    <header className="mb-3 flex items-start justify-between gap-3">
      <div className="min-w-0">
        <h1 className="text-base font-semibold">{title}</h1>
        {note && <p className="mt-0.5 text-muted">{note}</p>}
      </div>
      {aside}
    </header>
  );
}

/** Offered only by hosts that can do it. */
export function FullscreenButton({ context, can, actions }: FullscreenProps) {
  if (!can.fullscreen) return null;
  const full = context.displayMode === 'fullscreen';
  const change = () =>
    actions.setDisplayMode(full ? 'inline' : 'fullscreen').catch(() => undefined);
  return (
    <button
      type="button"
      aria-label={full ? 'Leave full screen' : 'Full screen'}
      className="-m-1.5 rounded-control p-2 text-muted hover:bg-sunken hover:text-text"
      onClick={change}
    >
      <Icon name={full ? 'shrink' : 'expand'} />
    </button>
  );
}
interface FullscreenProps {
  context: { displayMode?: string };
  can: Abilities;
  actions: Actions;
}

const NOTICES = {
  bad: 'bg-bad-ground text-bad',
  warn: 'bg-warn-ground text-warn',
  calm: 'bg-sunken text-muted',
};

export function Notice({ tone, children }: Children & { tone: keyof typeof NOTICES }) {
  return (
    <div className={`flex gap-2 rounded-card px-3 py-2.5 ${NOTICES[tone]}`}>
      <span className="mt-0.5">
        <Icon name={tone === 'calm' ? 'open' : 'alert'} />
      </span>
      <div className="min-w-0 whitespace-pre-wrap text-text">{children}</div>
    </div>
  );
}

/** What went wrong with something that the person did here; read out when it appears. */
export function Failure({ text }: { text: string }) {
  return (
    <div role="alert" className={text && 'mt-3'}>
      {text && <Notice tone="bad">{text}</Notice>}
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  hint?: string;
  rows?: number;
  max?: number;
  required?: boolean;
  problem?: string;
  /** Says what the field is inside of it: for one alone, where it is plain. */
  inside?: boolean;
}

export function Field(props: FieldProps) {
  const { label, value, onChange, hint, rows, max, required, problem, inside } = props;
  const id = useId();
  const below = problem || hint;
  const shared = {
    id,
    value,
    maxLength: max,
    placeholder: inside ? label : undefined,
    'aria-required': required,
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': below ? `${id}-below` : undefined,
    className:
      'mt-1 block w-full rounded-control border border-edge bg-ground px-3 py-2 text-text aria-invalid:border-bad',
    onInput: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return (
    <div>
      <label htmlFor={id} className={inside ? 'sr-only' : 'font-medium'}>
        {label}
      </label>
      {rows ? <textarea rows={rows} {...shared} /> : <input type="text" {...shared} />}
      {below && (
        <p id={`${id}-below`} className={`mt-1 text-xs ${problem ? 'text-bad' : 'text-muted'}`}>
          {below}
        </p>
      )}
    </div>
  );
}
