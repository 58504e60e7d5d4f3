/** What a piece of text means; the theme says how that looks. Screens name meanings, never colours. */
export type Tone =
  | 'plain'
  | 'ok'
  | 'warning'
  | 'critical'
  | 'unknown'
  | 'moving'
  | 'accent'
  | 'dim'
  | 'heading'
  | 'key';

/** How a tone is drawn, in the words of Ink's Text. */
export interface Look {
  readonly color?: string;
  readonly dimColor?: boolean;
  readonly bold?: boolean;
}

export type Theme = Readonly<Record<Tone, Look>>;

// The sixteen colours of the terminal's own palette: they follow the operator's light or dark theme.
const coloured: Theme = {
  plain: {},
  ok: { color: 'green' },
  warning: { color: 'yellow' },
  critical: { color: 'red', bold: true },
  unknown: { color: 'magenta' },
  moving: { color: 'cyan' },
  accent: { color: 'blueBright' },
  dim: { dimColor: true },
  heading: { bold: true },
  key: { color: 'cyan', bold: true },
};

/** Without colour the weight remains; every state has its glyph and its word anyway. */
const colourless: Theme = {
  plain: {},
  ok: {},
  warning: { bold: true },
  critical: { bold: true },
  unknown: {},
  moving: {},
  accent: {},
  dim: { dimColor: true },
  heading: { bold: true },
  key: { bold: true },
};

/** The theme; without colour for `--no-color` and NO_COLOR. */
export function makeTheme(colour: boolean): Theme {
  return colour ? coloured : colourless;
}
