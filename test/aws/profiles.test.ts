import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readProfiles } from '../../src/aws/profiles.ts';

describe('profiles', () => {
  let home = '';
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'jdci-profiles-'));
    mkdirSync(join(home, '.aws'));
  });
  afterAll(() => rmSync(home, { recursive: true }));

  it('has none without files', () => {
    expect(readProfiles({ HOME: join(home, 'nobody') }).size).toBe(0);
  });

  it('joins both files, and takes neither sessions nor nested settings nor comments for profiles', () => {
    writeFileSync(
      join(home, '.aws', 'config'),
      '[default]\nregion = eu-west-1\n# region = us-east-1\n[profile ops]\r\nregion=eu-north-1\ns3 =\n  region = nested\n[sso-session x]\nregion = no\n',
    );
    writeFileSync(join(home, '.aws', 'credentials'), '[ops]\naws_access_key_id = x\n[ci]\naws_access_key_id = y\n');
    const profiles = readProfiles({ HOME: home });
    expect([...profiles.keys()].sort()).toEqual(['ci', 'default', 'ops']);
    expect(profiles.get('default')).toEqual({ region: 'eu-west-1' });
    expect(profiles.get('ops')).toEqual({ region: 'eu-north-1', s3: '', aws_access_key_id: 'x' });
  });

  it('reads the files that the environment names', () => {
    writeFileSync(join(home, 'other'), '[profile elsewhere]\nregion = eu-west-3\n');
    const profiles = readProfiles({ HOME: join(home, 'nobody'), AWS_CONFIG_FILE: join(home, 'other') });
    expect(profiles.get('elsewhere')?.region).toBe('eu-west-3');
  });
});
