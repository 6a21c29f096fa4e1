// Starts a view: the bridge, the theme, and drawing again on each change.
import { useEffect, useRef, useState, useSyncExternalStore, type ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { Bridge } from './bridge.ts';
import type { Abilities, Actions, HostContext } from './host.ts';
import { phaseOf, type Phase } from './phase.ts';
import { applyTheme } from './theme.ts';
import './style.css';

/** All that a view is drawn from. */
export interface ViewProps<Output> {
  phase: Phase<Output>;
  input: Record<string, unknown>;
  context: HostContext;
  can: Abilities;
  actions: Actions;
}

export function mount<Output>(name: string, View: ComponentType<ViewProps<Output>>): void {
  const bridge = new Bridge(window as never, name);
  const page = document.documentElement;
  const root = document.querySelector('main');
  if (!root) throw new Error('The page has no main element.');

  const themed = () => applyTheme(page, bridge.getState().context);
  themed();
  bridge.subscribe(themed);

  function Mounted() {
    const state = useSyncExternalStore(bridge.subscribe, bridge.getState);
    const { input = {}, context, can } = state;
    const phase = phaseOf<Output>(state);
    useFocusAfter(phase.kind);
    return <View {...{ phase, input, context, can }} actions={bridge} />;
  }
  createRoot(root).render(<Mounted />);
  bridge.measure(root);
  void bridge.start();
}

/** A change that removed what had the focus hands it to the page, so that keys and readers go on from there. */
function useFocusAfter(kind: string): void {
  const before = useRef(kind);
  useEffect(() => {
    if (before.current !== kind && document.hasFocus() && document.activeElement === document.body)
      document.querySelector('main')?.focus({ preventScroll: true });
    before.current = kind;
  }, [kind]);
}

/** One request at a time that the person started: whether it runs, and why it failed. */
export function useRequest(): {
  busy: boolean;
  failure: string;
  run(request: () => Promise<unknown>): Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const run = async (request: () => Promise<unknown>) => {
    if (busy) return;
    setBusy(true);
    setFailure('');
    try {
      await request();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, failure, run };
}
