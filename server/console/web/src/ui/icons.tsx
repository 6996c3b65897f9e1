// Line icons on a grid of 24, drawn for this page. They are decoration: what they mean is said in words beside them or in a
// label.
const PATHS = {
  overview: 'M4 13h5V4H4zM15 20h5v-9h-5zM4 20h5v-3H4zM15 7h5V4h-5z',
  log: 'M5 6h14M5 12h14M5 18h9',
  nodes: 'M12 8V5M12 19v-3M8 12H5M19 12h-3M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  pause: 'M9 5v14M15 5v14',
  play: 'M7 5l12 7-12 7z',
  down: 'M12 5v14M6 13l6 6 6-6',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4 4',
  jump: 'M4 12h13M12 6l6 6-6 6M21 5v14',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  check: 'M5 12l5 5 9-10',
  warning: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v.1',
  help: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.3a2.6 2.6 0 1 1 3.7 2.4c-.8.4-1.2.9-1.2 1.8M12 16.7v.1',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  auto: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 3v18M12 8h5M12 12h8.5M12 16h5',
  key: 'M14.5 13.5a5 5 0 1 0-4-4L4 16v4h4v-3h3v-3zM16.2 7.8v.1',
  table: 'M4 5h16v14H4zM4 10h16M10 10v9',
  left: 'M14 6l-6 6 6 6',
  right: 'M10 6l6 6-6 6',
  exit: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  shield: 'M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.500-7-10V6z',
  inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1.500 2.500h3L15 13h5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
