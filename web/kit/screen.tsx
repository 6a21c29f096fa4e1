// The states that every view has beside its result: waiting, alone, cancelled, refused, and not yet connected.
import type { ComponentChildren } from 'preact';
import { useState } from 'react';
import type { Actions } from './host.ts';
import { Icon, type IconName } from './icon.tsx';
import { useRequest, type ViewProps } from './mount.tsx';
import { Badge, Button, Failure, Header, Notice } from './parts.tsx';

interface ScreenProps<Output> {
  view: ViewProps<Output>;
  title: string;
  /** The tool whose answer is shown: called again on request. */
  tool: string;
  /** Shown while there is no result, in place of the lines that stand for one. */
  waiting?: ComponentChildren;
  connect?: (phase: ConnectPhase) => ComponentChildren;
  children(output: Output): ComponentChildren;
}
type ConnectPhase = { text: string; url?: string; scope?: string };

export function Screen<Output>(props: ScreenProps<Output>) {
  const { view, title, tool, waiting, connect, children } = props;
  const { phase, input, can, actions } = view;
  const again = can.callTool && <Again run={() => actions.refresh(tool, input)} />;
  switch (phase.kind) {
    case 'result':
      return <>{children(phase.output)}</>;
    case 'loading':
      return <Loading title={title}>{waiting}</Loading>;
    case 'alone':
      return (
        <Stopped title={title} text="This is part of a chat, which fills it with your data." />
      );
    case 'cancelled':
      return <Stopped title={title} text="This was cancelled." action={again} />;
    case 'refused':
      return (
        <>
          <Header title={title} />
          <div role="alert">
            <Notice tone="bad">{phase.text}</Notice>
          </div>
          {again && <Foot>{again}</Foot>}
        </>
      );
    case 'connect':
      return <>{connect?.(phase) ?? <Connect view={view} tool={tool} />}</>;
  }
}

export function Foot({ children }: { children: ComponentChildren }) {
  return <footer className="mt-4 flex flex-wrap items-center gap-2">{children}</footer>;
}

function Again({ run }: { run(): Promise<unknown> }) {
  return <Button onPress={() => void run()}>Try again</Button>;
}

function Loading({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <>
      <Header title={title} />
      <p role="status" className="sr-only">
        Loading
      </p>
      {children ?? (
        <div aria-hidden="true" className="space-y-4 motion-safe:animate-pulse">
          {['w-2/5', 'w-3/5', 'w-1/2'].map((width) => (
            <div key={width} className="space-y-2">
              <div className={`h-3.5 rounded-control bg-sunken ${width}`} />
              <div className="h-3 w-4/5 rounded-control bg-sunken" />
            </div>
          ))}
        </div>
      )}
    </>
  );
}

interface StoppedProps {
  title: string;
  text: string;
  action?: ComponentChildren;
}

function Stopped({ title, text, action }: StoppedProps) {
  return (
    <>
      <Header title={title} />
      <p role="status" className="text-muted">
        {text}
      </p>
      {action && <Foot>{action}</Foot>}
    </>
  );
}

interface ConnectProps {
  view: Pick<ViewProps<unknown>, 'phase' | 'input' | 'can' | 'actions'>;
  /** Called again when the person is back; its refusal makes hosts sign the person in. */
  tool: string;
  title?: string;
  reasons?: readonly (readonly [IconName, string])[];
  button?: string;
}

/** Asks the person to sign in, to connect an account, or to allow more. */
export function Connect({ view, tool, title, reasons = [], button = 'Connect' }: ConnectProps) {
  const { phase, input, can, actions } = view;
  const { text, url, scope } = phase.kind === 'connect' ? phase : { text: '' };
  const request = useRequest();
  const [opened, setOpened] = useState(false);
  const open = async (address: string) => {
    await actions.openLink(address);
    setOpened(true);
  };
  const heading = scope ? 'More access is needed' : (title ?? 'Sign in to go on');
  return (
    <>
      <Header title={heading} note={text} />
      {scope ? (
        <p className="flex flex-wrap gap-1.5">
          {scope.split(' ').map((one) => (
            <Badge key={one}>{one}</Badge>
          ))}
        </p>
      ) : (
        <Reasons list={reasons} />
      )}
      <Foot>
        {url && can.openLink && (
          <Button
            look="primary"
            icon="external"
            busy={request.busy}
            onPress={() => void request.run(() => open(url))}
          >
            {button}
          </Button>
        )}
        {can.callTool && (opened || !url || !can.openLink) && (
          <Button
            look={url ? 'plain' : 'primary'}
            busy={request.busy}
            onPress={() => void request.run(() => actions.refresh(tool, input))}
          >
            {url ? 'I have connected' : scope ? 'Continue' : 'Sign in'}
          </Button>
        )}
        {!url && !can.callTool && <p className="text-muted">Ask in the chat to go on.</p>}
      </Foot>
      <Failure text={request.failure} />
    </>
  );
}

function Reasons({ list }: { list: readonly (readonly [IconName, string])[] }) {
  if (!list.length) return null;
  return (
    <ul className="space-y-2.5">
      {list.map(([icon, words]) => (
        <li key={words} className="flex items-center gap-2.5">
          <span className="text-muted">
            <Icon name={icon} />
          </span>
          {words}
        </li>
      ))}
    </ul>
  );
}

/** A button whose words become a turn of the chat; absent where the host takes none. */
export function AskButton({ view, say, ...button }: AskProps) {
  const request = useRequest();
  if (!view.can.sendMessage) return null;
  return (
    <>
      <Button
        {...button}
        busy={request.busy}
        onPress={() => void request.run(() => view.actions.sendMessage(say))}
      />
      {request.failure && <Failure text={request.failure} />}
    </>
  );
}
interface AskProps {
  view: { can: ViewProps<unknown>['can']; actions: Actions };
  say: string;
  look?: 'primary' | 'plain' | 'quiet';
  icon?: IconName;
  of?: string;
  children: ComponentChildren;
}
