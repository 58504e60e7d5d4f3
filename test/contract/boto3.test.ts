import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { pythonTools } from './python.ts';

const tools = await pythonTools();
if (typeof tools === 'string') console.warn(`skipped: ${tools}`);

interface Collection {
  pages: number;
  items: unknown[];
}

interface Answer {
  account: string;
  resources: number;
  events: string[];
  collections: Record<string, { whole: Collection; pages: Collection }>;
}

describe.skipIf(typeof tools === 'string')('boto3 on a provisioned sandbox that stands still', () => {
  let sandbox: Sandbox;
  let answer: Answer;
  beforeAll(async () => {
    if (typeof tools === 'string') return;
    sandbox = await startSandbox({ seed: 12, farm: true, speed: 0 });
    const script = fileURLToPath(new URL('paginate.py', import.meta.url));
    const { code, stdout, stderr } = await tools.run('python', [script], sandbox.environment);
    if (code !== 0) throw new Error(stderr);
    answer = JSON.parse(stdout) as Answer;
  });
  afterAll(() => sandbox?.close());

  it('knows the account, the resources and their events', () => {
    expect(answer.account).toBe('123456789012');
    expect(answer.resources).toBeGreaterThan(15);
    expect(answer.events.length).toBeGreaterThan(2 * answer.resources);
    expect(new Set(answer.events).size).toBe(answer.events.length);
  });

  it('gets the same items in small pages as in one', () => {
    for (const [operation, { whole, pages }] of Object.entries(answer.collections)) {
      expect([operation, whole.items.length]).not.toEqual([operation, 0]);
      expect({ [operation]: pages.items }).toEqual({ [operation]: whole.items });
    }
    expect(answer.collections.list_tasks?.pages.pages).toBeGreaterThanOrEqual(2);
    expect(answer.collections.list_services?.pages.pages).toBeGreaterThanOrEqual(2);
  });
});
