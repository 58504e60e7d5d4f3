import { bindingsOf, type Circumstances, keyLabel, type Scope } from '../hooks/keymap.ts';
import { type Spans, span, spansWidth } from '../terminal/spans.ts';
import { Line } from './Line.tsx';

/** A hint, and whether it belongs to the one before it as one screen's key to another's. */
interface Hint {
  readonly spans: Spans;
  readonly close: boolean;
}

function hint(keys: string, words: string, close = false): Hint {
  return { spans: [span(keys, 'key'), span(` ${words}`, 'dim')], close };
}

function joined(hints: readonly Hint[], gap: number): Spans {
  return hints.flatMap(({ spans, close }, at) => [span(' '.repeat(at === 0 || close ? 1 : gap)), ...spans]);
}

/**
 * The keys that matter here. Where they do not all fit, they move closer together, then the screens' keys are said in
 * one, then the last ones before help and quit give way.
 */
export function hintSpans(scopes: readonly Scope[], width: number, circumstances?: Circumstances): Spans {
  const shown = bindingsOf(scopes, circumstances).filter((binding) => binding.hint !== undefined);
  const each = shown.map((binding, at) =>
    hint(keyLabel(binding.keys[0] ?? ''), binding.hint ?? '', binding.screen && shown[at - 1]?.screen),
  );
  const screens = shown.filter((binding) => binding.screen);
  const first = shown.findIndex((binding) => binding.screen);
  const all = hint(screens.map((binding) => binding.keys[0]).join(' '), 'screens');
  let hints = each;
  const brief = each.flatMap((one, at) => (at === first ? [all] : shown[at]?.screen ? [] : [one]));
  for (const candidate of screens.length > 1 ? [each, brief] : [each]) {
    hints = candidate;
    for (const gap of [3, 2]) {
      const spans = joined(hints, gap);
      if (spansWidth(spans) <= width) return spans;
    }
  }
  while (spansWidth(joined(hints, 2)) > width && hints.length > 2) hints = [...hints.slice(0, -3), ...hints.slice(-2)];
  return joined(hints, 2);
}

export interface KeyHintsProps {
  readonly scopes: readonly Scope[];
  readonly width: number;
  readonly circumstances?: Circumstances;
}

/** The last line of every screen. */
export function KeyHints({ scopes, width, circumstances }: KeyHintsProps) {
  return <Line spans={hintSpans(scopes, width, circumstances)} width={width} />;
}
