import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blocks, filled } from '../../scripts/architecture.ts';
import { duration } from '../../scripts/architecture-times.ts';
import { template } from '../sandbox/cloudformation/farm-region.ts';

const document = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');

describe('docs/architecture.md', () => {
  it('says of the stack what its template says (node scripts/architecture.mjs writes it anew)', () => {
    expect(document).toBe(filled(document, blocks(template)));
  });

  it('would differ for another template', () => {
    const other = (from: string, to: string) => {
      expect(template).toContain(from);
      return filled(document, blocks(template.replaceAll(from, to)));
    };
    expect(other("HealthyThreshold: '2'", "HealthyThreshold: '9'")).not.toBe(document);
    expect(other('ecr:PutImage', 'ecr:DeleteRepository')).not.toBe(document);
    expect(other('CapacityProviders: [!Ref HostCapacityProvider]', 'CapacityProviders: []')).not.toBe(document);
    expect(other("'443'", "'8443'")).toBe(document);
    expect(() => other('JDCI_AGENT_CAP', 'JDCI_OTHER')).toThrow('no meaning for JDCI_OTHER');
  });

  it('has its markers', () => {
    expect(() => filled('no markers', { diagram: 'x' })).toThrow('diagram:begin');
  });

  it('names every folder of the house', () => {
    for (const folder of 'commands screens components hooks provision drills actions farm aws jenkins terminal core sandbox image'.split(
      ' ',
    )) {
      expect(document).toContain(`\`${folder}/\``);
    }
  });
});

describe('a duration', () => {
  it('is written in minutes and seconds', () => {
    expect([20, 60, 95, 215].map(duration)).toEqual(['20 s', '1 min', '1 min 35 s', '3 min 35 s']);
  });
});
