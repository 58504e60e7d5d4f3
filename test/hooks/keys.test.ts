import type { Key } from 'ink';
import { describe, expect, it } from 'vitest';
import { entryOf, typeInto } from '../../src/hooks/text-entry.ts';
import { KeyRouter, keyPresses } from '../../src/hooks/use-keys.ts';

const noKey: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};
const names = (input: string, key: Partial<Key> = {}) =>
  keyPresses(input, { ...noKey, ...key }).map((press) => press.name);

describe('keyPresses', () => {
  it('walks what was typed fast', () => {
    expect(names('jjG')).toEqual(['j', 'j', 'G']);
    expect(names('/web\r')).toEqual(['/', 'w', 'e', 'b', 'enter']);
    expect(names('a b\u007f\u0003')).toEqual(['a', 'space', 'b', 'backspace', 'ctrl+c']);
  });

  it('names the keys that are no text', () => {
    expect(names('', { upArrow: true })).toEqual(['up']);
    expect(names('', { tab: true, shift: true })).toEqual(['shift+tab']);
    expect(names('c', { ctrl: true })).toEqual(['ctrl+c']);
    expect(names('', { delete: true })).toEqual(['delete']);
  });

  it('takes a character of several code units for one key', () => {
    expect(names('é日🎉')).toEqual(['é', '日', '🎉']);
  });

  it('takes Alt and a letter for Escape and the letter, which is what it may have been', () => {
    expect(names('q', { meta: true })).toEqual(['esc', 'q']);
    expect(names('', { meta: true, tab: true })).toEqual(['esc', 'tab']);
    expect(names('', { meta: true, leftArrow: true })).toEqual(['left']);
  });

  it('ignores releases', () => {
    expect(names('j', { eventType: 'release' })).toEqual([]);
  });
});

describe('KeyRouter', () => {
  const press = (name: string) => [{ name, text: name }];
  const untilHandled = async () => {
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  it('asks the highest level first and stops at who is done with it', async () => {
    const router = new KeyRouter();
    const heard: string[] = [];
    router.listen((key) => {
      heard.push(`frame ${key.name}`);
      return true;
    }, 'frame');
    const leave = router.listen((key) => {
      heard.push(`screen ${key.name}`);
      return key.name === 'j';
    }, 'screen');
    router.press(press('j'));
    router.press(press('q'));
    await untilHandled();
    leave();
    router.press(press('j'));
    expect(heard).toEqual(['screen j', 'screen q', 'frame q', 'frame j']);
  });

  it('lets a key in an event of its own meet what the key before it in the same turn has led to', async () => {
    const router = new KeyRouter();
    let field = 'VpcId';
    const edited: string[] = [];
    router.listen((key) => {
      if (key.name === 'enter') edited.push(field);
      // As React does: the screen knows of the move a turn later.
      else setImmediate(() => (field = 'ImageUri'));
      return true;
    }, 'screen');
    router.press(press('down'));
    router.press(press('enter'));
    await untilHandled();
    expect(edited).toEqual(['ImageUri']);
  });

  it('lets each key of a chunk meet the listeners that the key before it has left', async () => {
    const router = new KeyRouter();
    const heard: string[] = [];
    router.listen((key) => {
      heard.push(`screen ${key.name}`);
      return true;
    }, 'screen');
    const stop = router.listen((key) => {
      heard.push(`entry ${key.name}`);
      // As React does: the listener goes a turn later, not within the call.
      setImmediate(stop);
      return true;
    }, 'entry');
    router.press([...press('a'), ...press('b')]);
    router.press(press('c'));
    await untilHandled();
    expect(heard).toEqual(['entry a', 'screen b', 'screen c']);
  });
});

describe('typeInto', () => {
  const type = (from: string, ...keys: string[]) =>
    keys.reduce((entry, name) => typeInto(entry, { name, text: [...name].length === 1 ? name : '' }), entryOf(from));

  it('types at the cursor', () => {
    expect(type('ac', 'left', 'b')).toEqual({ text: 'abc', cursor: 2 });
    expect(type('', '日', '🎉', 'backspace')).toEqual({ text: '日', cursor: 1 });
  });

  it('does what shells do', () => {
    expect(type('10.0.0.0/8 192.168.0.0/16', 'ctrl+w').text).toBe('10.0.0.0/8 ');
    expect(type('abc', 'left', 'ctrl+u')).toEqual({ text: 'c', cursor: 0 });
    expect(type('abc', 'home', 'right', 'ctrl+k').text).toBe('a');
    expect(type('abc', 'home', 'backspace').text).toBe('abc');
    expect(type('abc', 'home', 'left', 'end', 'right').cursor).toBe(3);
  });

  it('takes a paste whole and other keys for nothing', () => {
    expect(typeInto(entryOf('x'), { name: 'paste', text: 'vpc-0a1' }).text).toBe('xvpc-0a1');
    expect(type('abc', 'pageup').text).toBe('abc');
  });
});
