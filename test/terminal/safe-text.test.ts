import { describe, expect, it } from 'vitest';
import { safeLine, safeText } from '../../src/terminal/safe-text.ts';

describe('text from elsewhere', () => {
  it('cannot move the cursor, set a title, ring, or reorder', () => {
    expect(safeText('a\u001b[2Jb\u001b]0;title\u0007c\rd\u0007\u009b1me\u202Ef\u2066g\u200f')).toBe('abcdefg');
  });
  it('keeps what people write', () => {
    expect(safeText('‘docker’ über 日本\n\tx')).toBe('‘docker’ über 日本\n\tx');
  });
  it('is one line when one line is wanted', () => {
    expect(safeLine('  a\r\nb\tc\n\n')).toBe('a b c');
  });

  it('leaves no character of whose width two terminals think differently', () => {
    expect(safeLine('👩‍👩‍👧‍👦 build')).toBe('👩👩👧👦 build');
    expect(safeLine('👍🏽 ok 1️⃣ ❤️ 🇫🇷')).toBe('👍 ok 1 ❤');
    expect(safeLine('部品ビルド #3')).toBe('部品ビルド #3');
  });
});
