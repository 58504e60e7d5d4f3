import { type Key, useInput, usePaste } from 'ink';
import { createContext, useContext, useLayoutEffect, useRef } from 'react';
import { type Circumstances, type Command, commandFor, type Scope, takesText } from './keymap.ts';

/** One key: its name in the keymap, and the text that it types where letters are text. */
export interface KeyPress {
  readonly name: string;
  readonly text: string;
}

const controlNames: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u001b': 'esc',
  ' ': 'space',
};

const escPress: KeyPress = { name: 'esc', text: '' };

function characterPress(character: string): KeyPress {
  const named = controlNames[character];
  if (character === ' ') return { name: 'space', text: ' ' };
  if (named !== undefined) return { name: named, text: '' };
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return { name: `ctrl+${String.fromCharCode(code + 0x60)}`, text: '' };
  return { name: character, text: character };
}

/**
 * The keys in one event of Ink. What is typed fast, or sent by a program, arrives as one event (`"jjj"`, `"/web\r"`):
 * each of its characters is a key.
 */
export function keyPresses(input: string, key: Key): readonly KeyPress[] {
  if (key.eventType === 'release') return [];
  const special =
    (key.upArrow && 'up') ||
    (key.downArrow && 'down') ||
    (key.leftArrow && 'left') ||
    (key.rightArrow && 'right') ||
    (key.pageUp && 'pageup') ||
    (key.pageDown && 'pagedown') ||
    (key.home && 'home') ||
    (key.end && 'end') ||
    (key.return && 'enter') ||
    (key.escape && 'esc') ||
    (key.tab && (key.shift ? 'shift+tab' : 'tab')) ||
    // Terminals send DEL for the backspace key; Ink calls that `delete` on some of them.
    (key.backspace && 'backspace') ||
    (key.delete && 'delete');
  if (special) {
    const press = { name: special, text: '' };
    return key.meta && (key.tab || key.return) ? [escPress, press] : [press];
  }
  if (key.ctrl) return [{ name: `ctrl+${input}`, text: '' }];
  const typed = [...input].map(characterPress);
  // Escape and a letter typed fast look like Alt and the letter. As two keys, Alt-Y answers no question with yes.
  return key.meta ? [escPress, ...typed] : typed;
}

/** Gets a key and says whether it is done with it; otherwise the next lower level gets it. */
export type Listener = (press: KeyPress) => boolean;

/**
 * Who hears a key first: what covers everything, then a dialog before the screen under it, that before the frame around
 * every screen.
 */
export type Level = 'root' | 'frame' | 'screen' | 'entry' | 'dialog' | 'cover';

const levels: readonly Level[] = ['cover', 'dialog', 'entry', 'screen', 'frame', 'root'];

/**
 * Passes keys to the listeners, highest level first. Keys are handled one at a time, with a turn of the event loop
 * between two, so that each meets the screen that the one before it has led to.
 */
export class KeyRouter {
  readonly #listeners = new Map<Listener, Level>();
  readonly #waiting: KeyPress[] = [];
  #draining = false;

  listen(listener: Listener, level: Level): () => void {
    this.#listeners.set(listener, level);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  press(presses: readonly KeyPress[]): void {
    this.#waiting.push(...presses);
    if (!this.#draining) this.#drain();
  }

  #drain(): void {
    const press = this.#waiting.shift();
    if (press === undefined) {
      this.#draining = false;
      return;
    }
    this.#draining = true;
    this.#dispatch(press);
    // React commits what the key changed in a microtask or a task of its scheduler; both are over two turns later. Until
    // then the next key waits, whether it is here already or comes in an event of its own (an arrow and Enter at once).
    setImmediate(() => setImmediate(() => this.#drain()));
  }

  #dispatch(press: KeyPress): void {
    for (const level of levels) {
      for (const [listener, at] of this.#listeners) {
        if (at === level && listener(press)) return;
      }
    }
  }
}

export const KeyRouterContext = createContext<KeyRouter>(new KeyRouter());

/** Feeds the router; used once, at the root. */
export function useKeySource(router: KeyRouter): void {
  useInput((input, key) => router.press(keyPresses(input, key)));
  // A paste is one key whose text is what was pasted: it never runs commands.
  usePaste((text) => router.press([{ name: 'paste', text: text.trim().replace(/\s*[\r\n]+\s*/g, ' ') }]));
}

/** Hears keys at a level while active. */
export function useKeyListener(listener: Listener, level: Level, active = true): void {
  const router = useContext(KeyRouterContext);
  const latest = useRef(listener);
  useLayoutEffect(() => {
    latest.current = listener;
  });
  useLayoutEffect(
    () => (active ? router.listen((press) => latest.current(press), level) : undefined),
    [router, level, active],
  );
}

export type CommandHandlers = Partial<Record<Command, () => void>>;

export interface CommandOptions {
  readonly level?: Level;
  readonly active?: boolean;
  readonly circumstances?: Circumstances;
  /** Keys that are no command here, where letters are text. */
  readonly onText?: (press: KeyPress) => void;
}

/**
 * Runs the handler of the command that a key means in these scopes. A dialog and a text entry keep every key but the
 * control keys from what lies below them.
 */
export function useCommands(scopes: readonly Scope[], handlers: CommandHandlers, options: CommandOptions = {}): void {
  const { level = 'screen', active = true, circumstances, onText } = options;
  useKeyListener(
    (press) => {
      const command = commandFor(press.name, scopes, circumstances);
      const handler = command === undefined ? undefined : handlers[command];
      if (handler) {
        handler();
        return true;
      }
      onText?.(press);
      const below = press.name === 'ctrl+c' || press.name === 'ctrl+z';
      return (takesText(scopes) || level === 'dialog') && !below;
    },
    level,
    active,
  );
}
