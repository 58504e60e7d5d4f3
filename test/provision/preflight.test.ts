import { describe, expect, it } from 'vitest';
import type { Routes, Subnet, WayOut } from '../../src/aws/network-discovery.ts';
import { buildForm, setField } from '../../src/provision/parameters.ts';
import { farmTemplate } from '../../src/provision/template.ts';

const vpcId = 'vpc-00000001';

function subnet(letter: string, isPublic: boolean): Subnet {
  const id = `subnet-0000000${letter}`;
  return {
    id,
    vpcId,
    zone: `eu-west-1${letter}`,
    cidr: '10.0.0.0/24',
    name: '',
    freeAddresses: 9,
    public: isPublic,
    defaultForZone: true,
  };
}

function notes(options: { isPublic?: boolean; main?: WayOut; explicit?: Routes['explicit']; endpoints?: string[] }) {
  const { isPublic = true, main = 'internet', explicit = {}, endpoints = [] } = options;
  const form = buildForm(
    farmTemplate(),
    {
      flags: {
        ImageUri: 'given',
        LoadBalancerSubnets: 'subnet-0000000a,subnet-0000000b',
        HostSubnets: 'subnet-0000000a,subnet-0000000b',
      },
      file: {},
    },
    {
      network: {
        vpcs: [{ id: vpcId, cidr: '10.0.0.0/16', name: '', isDefault: true }],
        subnets: [subnet('a', isPublic), subnet('b', isPublic)],
        routes: { explicit, main: { [vpcId]: main }, endpoints: { [vpcId]: endpoints } },
      },
      images: [],
      ami: '',
      address: '',
      notes: ['as found'],
    },
  );
  return form;
}

const all = 'ecs ecs-agent ecs-telemetry ecr.api ecr.dkr s3 logs secretsmanager ssm ec2'.split(' ');

describe('preflight', () => {
  it('warns of plain HTTP alone when all else is well, after what discovery noted', () => {
    expect(notes({}).notes).toEqual(['as found', expect.stringContaining('plain HTTP')]);
  });

  it('names a balancer that answers nobody, by the table of its own subnet before the main one', () => {
    const shut = notes({ explicit: { 'subnet-0000000b': 'nat' } });
    expect(shut.notes).toContainEqual(expect.stringMatching(/^subnet-0000000b: no route to an internet gateway/));
    const internal = setField(shut, 'Scheme', 'internal');
    expect(internal.notes).toEqual(['as found']);
  });

  it('names hosts without a way out, until the endpoints are there', () => {
    const closed = notes({ main: 'none', isPublic: false, endpoints: ['ecs', 's3'] });
    const line = closed.notes.find((note) => note.includes('no way out'));
    expect(line).toContain('ecr.dkr');
    expect(line).not.toContain(' s3');
    expect(notes({ main: 'none', isPublic: false, endpoints: all }).notes.join()).not.toContain('no way out');
  });

  it('names hosts behind a gateway without an address of their own', () => {
    expect(notes({ isPublic: false }).notes).toContainEqual(expect.stringContaining('no public address'));
  });

  it('asks for an image to be pushed while there is none', () => {
    expect(setField(notes({}), 'ImageUri', '').notes).toContainEqual(expect.stringContaining('image push'));
  });

  it('follows the values', () => {
    const spare = setField(notes({}), 'SpareHosts', '0');
    expect(spare.notes).toContainEqual(expect.stringContaining('spare host'));
    expect(setField(spare, 'SpareHosts', '1').notes).not.toContainEqual(expect.stringContaining('spare host'));
  });
});
