export const certificate = 'arn:aws:acm:eu-west-1:123456789012:certificate/0a0a0a0a-1b1b-4c4c-8d8d-2e2e2e2e2e2e';

/** One way to set what a farm can be like. */
export interface Combination {
  masters: 2 | 3 | 4;
  spare: 0 | 1 | 2;
  door: 'its own name' | 'zone' | 'zone and certificate';
  keyPair: boolean;
  sticky: boolean;
  scheme: 'internet-facing' | 'internal';
}

export function combination(
  masters: Combination['masters'],
  spare: Combination['spare'],
  door: Combination['door'],
  options: Partial<Pick<Combination, 'keyPair' | 'sticky' | 'scheme'>> = {},
): Combination {
  return { masters, spare, door, keyPair: false, sticky: false, scheme: 'internet-facing', ...options };
}

/** Nine of 216, in which every two values of any two settings meet; deployment.test.ts holds them to that. */
export const combinations: readonly Combination[] = [
  combination(2, 0, 'its own name'),
  combination(2, 1, 'zone', { sticky: true, scheme: 'internal' }),
  combination(2, 2, 'zone and certificate', { keyPair: true }),
  combination(3, 0, 'zone', { keyPair: true, scheme: 'internal' }),
  combination(3, 1, 'zone and certificate'),
  combination(3, 2, 'its own name', { sticky: true, scheme: 'internal' }),
  combination(4, 0, 'zone and certificate', { sticky: true, scheme: 'internal' }),
  combination(4, 1, 'its own name', { keyPair: true, sticky: true }),
  combination(4, 2, 'zone'),
];

/** How many values each setting can have. */
export const sizes: Record<keyof Combination, number> = {
  masters: 3,
  spare: 3,
  door: 3,
  keyPair: 2,
  sticky: 2,
  scheme: 2,
};

export const title = (c: Combination) =>
  `${c.masters} masters, ${c.spare} spare, ${c.door}, ${c.scheme}${c.keyPair ? ', key pair' : ''}${c.sticky ? ', sticky' : ''}`;

/** The parameters of a combination; `zoneId` is the hosted zone that it is given when it wants one. */
export function parametersOf(c: Combination, zoneId: string): Record<string, string> {
  return {
    MasterCount: String(c.masters),
    SpareHosts: String(c.spare),
    Scheme: c.scheme,
    Stickiness: String(c.sticky),
    ...(c.keyPair ? { HostKeyPair: 'ops' } : {}),
    ...(c.door === 'its own name' ? {} : { HostedZoneId: zoneId, DnsName: 'ci.build.example' }),
    ...(c.door === 'zone and certificate' ? { CertificateArn: certificate } : {}),
  };
}
