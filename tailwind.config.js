/** The design tokens. Colours are CSS variables, set for each theme in src/browser/styles/palettes.css. */
const colour = name => `var(--${name})`

export default {
  content: ['./views/**/*.eta'],
  theme: {
    colors: Object.fromEntries(
      [
        'bg',
        'panel',
        'raised',
        'ink',
        'ink2',
        'line',
        'edge',
        'accent',
        'on-accent',
        'link',
        'mine',
        'mine-ink',
        'mine-ink2',
        'seen',
        'theirs',
        'theirs-ink',
        'theirs-ink2',
        'bubble-edge',
        'danger',
        'focus',
        'ground-light',
        'ground-dark',
        'ground-middle',
      ].map(name => [name, colour(name)]),
    ),
    spacing: Object.fromEntries(Array.from({ length: 25 }, (_, step) => [step, `${step * 0.25}rem`])),
    borderRadius: { none: '0', small: '0.5rem', medium: '0.875rem', large: '1.125rem', full: '9999px' },
    fontSize: {
      small: '0.8125rem',
      side: '0.875rem',
      base: '1rem',
      title: '1.25rem',
      // Smaller where a long word in large text would be broken.
      display: 'min(1.75rem, 9vw)',
      emoji: '2.5rem',
    },
    fontFamily: {
      sans: ['system-ui', '-apple-system', 'Segoe UI', 'Roboto', 'Noto Sans', 'DejaVu Sans', 'sans-serif'],
    },
  },
}
