// Which of its states a view is in, from what the host has said so far.
import type { HostState, ToolResult } from './host.ts';
import { safeUrl } from './host.ts';

export type Phase<Output> =
  | { kind: 'loading' }
  | { kind: 'alone' }
  | { kind: 'cancelled' }
  | { kind: 'refused'; text: string }
  /** The person must sign in, connect an account (`url`) or allow more (`scope`) first. */
  | { kind: 'connect'; text: string; url?: string; scope?: string }
  | { kind: 'result'; output: Output };

export function phaseOf<Output>(state: HostState): Phase<Output> {
  if (state.result) return phaseOfResult(state.result);
  if (state.cancelled) return { kind: 'cancelled' };
  return { kind: state.link === 'none' ? 'alone' : 'loading' };
}

export function phaseOfResult<Output>(result: ToolResult): Phase<Output> {
  const text = textOf(result);
  const challenge = [result._meta?.['mcp/www_authenticate'] ?? []].flat().join(', ');
  const url = safeUrl(String(result._meta?.['vestibule/connect_url'] ?? ''));
  if (result.isError && (challenge || url)) {
    const scope =
      challenge.includes('insufficient_scope') && /scope="([^"]*)"/.exec(challenge)?.[1];
    return { kind: 'connect', text, ...(url && { url }), ...(scope && { scope }) };
  }
  const output = result.structuredContent as Output | undefined;
  if (result.isError || !output || typeof output !== 'object') return { kind: 'refused', text };
  return { kind: 'result', output };
}

/** The output of a call that a view made; what is not one is thrown as its text. */
export function outputOf<Output>(result: ToolResult): Output {
  const phase = phaseOfResult<Output>(result);
  if (phase.kind !== 'result') throw new Error(textOf(result));
  return phase.output;
}

function textOf({ content = [] }: ToolResult): string {
  const texts = content.map(({ type, text }) => (type === 'text' ? text : undefined));
  return texts.filter(Boolean).join('\n') || 'Something went wrong.';
}
