import type { KeyPress } from './use-keys.ts';

/** A text being typed. `cursor` counts characters (code points), from 0 to their number. */
export interface TextEntry {
  readonly text: string;
  readonly cursor: number;
}

/** An entry with the cursor behind its text. */
export function entryOf(text: string): TextEntry {
  return { text, cursor: [...text].length };
}

/** The entry after a key: what shells do with it. */
export function typeInto(entry: TextEntry, press: KeyPress): TextEntry {
  const characters = [...entry.text];
  const { cursor } = entry;
  const with_ = (kept: readonly string[], at: number): TextEntry => ({ text: kept.join(''), cursor: at });
  switch (press.name) {
    case 'left':
      return { ...entry, cursor: Math.max(0, cursor - 1) };
    case 'right':
      return { ...entry, cursor: Math.min(characters.length, cursor + 1) };
    case 'home':
    case 'ctrl+a':
      return { ...entry, cursor: 0 };
    case 'end':
    case 'ctrl+e':
      return { ...entry, cursor: characters.length };
    case 'backspace':
    case 'delete':
      // Ink reports the backspace key of most terminals as `delete`; a real delete at the end does the same.
      if (cursor === 0) return entry;
      return with_([...characters.slice(0, cursor - 1), ...characters.slice(cursor)], cursor - 1);
    case 'ctrl+u':
      return with_(characters.slice(cursor), 0);
    case 'ctrl+k':
      return with_(characters.slice(0, cursor), cursor);
    case 'ctrl+w': {
      const before = characters
        .slice(0, cursor)
        .join('')
        .replace(/\S*\s*$/, '');
      return with_([...before, ...characters.slice(cursor)], [...before].length);
    }
    default: {
      if (press.text === '') return entry;
      const typed = [...press.text];
      return with_([...characters.slice(0, cursor), ...typed, ...characters.slice(cursor)], cursor + typed.length);
    }
  }
}
