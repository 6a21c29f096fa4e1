// Puts the host's theme, style variables and insets on the page.
import type { HostContext } from './host.ts';

export function applyTheme(root: HTMLElement, context: HostContext): void {
  const { theme, styles, safeAreaInsets, displayMode } = context;
  if (theme === 'light' || theme === 'dark') {
    root.dataset.theme = theme;
    // Without it the light-dark() values of hosts are the light ones in the dark.
    root.style.colorScheme = theme;
  }
  root.dataset.display = displayMode ?? 'inline';
  for (const [name, value] of Object.entries(styles?.variables ?? {}))
    if (name.startsWith('--') && value) root.style.setProperty(name, value);
  for (const [side, pixels] of Object.entries(safeAreaInsets ?? {}))
    root.style.setProperty(`--inset-${side}`, `${Number(pixels) || 0}px`);
}
