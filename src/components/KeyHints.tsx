import { bindingsOf, keyLabel, type Scope } from '../hooks/keymap.ts';
import { type Spans, span, spansWidth } from '../terminal/spans.ts';
import { Line } from './Line.tsx';

const gap = 3;

function hintsWidth(hints: readonly Spans[]): number {
  return hints.reduce((sum, hint) => sum + spansWidth(hint) + gap, 1 - gap);
}

function hint(keys: string, words: string): Spans {
  return [span(keys, 'key'), span(` ${words}`, 'dim')];
}

/**
 * The keys that matter here. Where they do not all fit, the screens' keys are said in one, then the last ones before
 * help and quit give way.
 */
export function hintSpans(scopes: readonly Scope[], width: number, readOnly = false): Spans {
  const shown = bindingsOf(scopes, readOnly).filter((binding) => binding.hint !== undefined);
  let hints = shown.map((binding) => hint(keyLabel(binding.keys[0] ?? ''), binding.hint ?? ''));
  const screens = shown.filter((binding) => binding.screen);
  if (hintsWidth(hints) > width && screens.length > 1) {
    const first = shown.findIndex((binding) => binding.screen);
    const all = hint(screens.map((binding) => binding.keys[0]).join(' '), 'screens');
    hints = hints.flatMap((each, at) => (at === first ? [all] : shown[at]?.screen ? [] : [each]));
  }
  while (hintsWidth(hints) > width && hints.length > 2) hints = [...hints.slice(0, -3), ...hints.slice(-2)];
  return hints.flatMap((each, at) => [span(' '.repeat(at === 0 ? 1 : gap)), ...each]);
}

export interface KeyHintsProps {
  readonly scopes: readonly Scope[];
  readonly width: number;
  readonly readOnly?: boolean;
}

/** The last line of every screen. */
export function KeyHints({ scopes, width, readOnly = false }: KeyHintsProps) {
  return <Line spans={hintSpans(scopes, width, readOnly)} width={width} />;
}
