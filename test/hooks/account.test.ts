import { describe, expect, it, vi } from 'vitest';
import { AccountControl } from '../../src/hooks/use-account.ts';
import { FakeStore, view } from '../farm-fixture.ts';

describe('AccountControl', () => {
  it('asks once, however often it is looked at', async () => {
    const ask = vi.fn(async () => '123456789012');
    const account = new AccountControl(ask);
    await Promise.all([account.look(), account.look()]);
    await account.look();
    expect(account.current()).toBe('123456789012');
    expect(ask).toHaveBeenCalledOnce();
  });

  it('asks again with each round until there is an answer, then never again', async () => {
    const store = new FakeStore();
    const answers = [Promise.reject(new Error('signed out')), Promise.resolve(''), Promise.resolve('123456789012')];
    const ask = vi.fn(() => answers.shift() ?? Promise.reject(new Error('asked too often')));
    const account = new AccountControl(ask);
    account.askWith(store);
    for (let round = 0; round < 5; round++) {
      store.publish(view());
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(account.current()).toBe('123456789012');
    expect(ask).toHaveBeenCalledTimes(3);
  });
});
