// Outlined icons on a grid of 16, in the color of the text around them; decoration only, so hidden from readers.

const PATHS = {
  alert: 'M8 5v3.5M8 11v.01M8 1.75 14.5 13.5h-13Z',
  branch:
    'M4.5 5.5v5M4.5 5.5a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5ZM4.5 14a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5ZM11.5 6.5a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5ZM11.5 6.5c0 2.5-3 3-7 4',
  check: 'm3 8.5 3.25 3.25L13 5',
  chevron: 'm4 6 4 4 4-4',
  closed: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm-2.5-5.75L7.25 10 10.5 6.5',
  comment: 'M2.5 3h11v8h-6L4.5 13.5V11h-2Z',
  expand: 'M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5 9.5 6.5M2.5 13.5l4-4',
  external: 'M9.5 2.5h4v4M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4',
  globe:
    'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c2 2 2.5 4 2.5 6S10 12 8 14C6 12 5.5 10 5.5 8S6 4 8 2Z',
  key: 'M5.5 13a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM7.5 8.25 13 2.75M11 4.75l2 2',
  lock: 'M4 7h8v6.5H4ZM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  note: 'M3.5 2h6l3 3v9h-9ZM6 7h4M6 10h4',
  open: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 8.75a.75.75 0 1 0 0-1.5.75.75 0 0 0 0 1.5Z',
  person:
    'M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.75 14c.5-2.75 2.5-4 5.25-4s4.75 1.25 5.25 4',
  plus: 'M8 3v10M3 8h10',
  shrink: 'M13 7H9V3M3 9h4v4M9 7l4.5-4.5M7 9l-4.5 4.5',
  star: 'm8 2 1.8 3.8 4.2.5-3.1 2.9.8 4.1L8 11.3l-3.7 2 .8-4.1L2 6.3l4.2-.5Z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="shrink-0"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
