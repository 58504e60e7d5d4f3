import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pythonTools } from './python.ts';

const tools = await pythonTools();
if (typeof tools === 'string') console.warn(`skipped: ${tools}`);

describe.skipIf(typeof tools === 'string')('cfn-lint', () => {
  it('finds nothing wrong with the template', async () => {
    if (typeof tools === 'string') return;
    const template = fileURLToPath(new URL('../../cfn/farm.yaml', import.meta.url));
    const { code, stdout, stderr } = await tools.run('cfn-lint', [
      '--regions',
      'eu-west-1',
      'us-east-1',
      '--',
      template,
    ]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
