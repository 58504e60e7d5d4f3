import { agentUserData, description, fill } from './description.ts';

/** What a master knows of itself, all of it from its container's environment. */
export interface Identity {
  readonly farm: string;
  readonly slot: string;
  /** The front door's URL, ending in a slash. */
  readonly url: string;
  readonly cloud: string;
  readonly agents: {
    readonly subnets: readonly string[];
    readonly securityGroup: string;
    readonly instanceProfile: string;
    readonly keyPair: string;
    readonly ami: string;
    readonly type: string;
    /** Agents of the whole farm at most. */
    readonly cap: number;
    readonly idleMinutes: number;
    readonly tags: ReadonlyMap<string, string>;
    readonly userData: string;
  };
  readonly users: readonly User[];
}

export interface User {
  readonly name: string;
  readonly password: string;
  /** Jenkins' fixed API token: version `11` and 32 hexadecimal digits. */
  readonly apiToken: string;
  readonly administers: boolean;
}

/**
 * Reads a master's identity by the rules of the image's step 00-values, or says as it does what is missing or wrong: such a
 * master ends its JVM rather than run open.
 */
export function readIdentity(environment: ReadonlyMap<string, string>): Identity | { problem: string } {
  const value = (name: string): string => environment.get(name)?.trim() ?? '';
  const missing = description.variables.filter((name) => value(name) === '');
  if (missing.length > 0) return { problem: `${missing.join(', ')} not set` };
  const wrong = [
    ...description.users
      .filter(({ secret }) => !/^[0-9a-f]{32}$/.test(value(secret)))
      .map(({ secret }) => `${secret} is not 32 hexadecimal digits`),
    ...['JDCI_AGENT_CAP', 'JDCI_AGENT_IDLE_MINUTES']
      .filter((name) => !/^[1-9][0-9]{0,5}$/.test(value(name)))
      .map((name) => `${name} is not a whole number above 0`),
    // More than one letter: only a farm larger than the template has such slots.
    ...(/^[a-z]+$/.test(value('JDCI_SLOT')) ? [] : ['JDCI_SLOT is not a letter']),
    ...(/^https?:\/\/./.test(value('JDCI_URL')) ? [] : ['JDCI_URL is not a URL']),
    ...(value('JDCI_AGENT_SSH_KEY').includes('PRIVATE KEY') ? [] : ['JDCI_AGENT_SSH_KEY is not a private key']),
  ];
  if (wrong.length > 0) return { problem: wrong.join(', ') };
  const farm = value('JDCI_FARM');
  const slot = value('JDCI_SLOT');
  return {
    farm,
    slot,
    url: value('JDCI_URL').replace(/\/*$/, '/'),
    cloud: fill(description.cloud.name, { FARM: farm, SLOT: slot }),
    agents: {
      subnets: value('JDCI_AGENT_SUBNETS')
        .split(',')
        .map((id) => id.trim())
        .filter((id) => id !== ''),
      securityGroup: value('JDCI_AGENT_SECURITY_GROUP'),
      instanceProfile: value('JDCI_AGENT_INSTANCE_PROFILE'),
      keyPair: value('JDCI_AGENT_KEY_PAIR'),
      ami: value('JDCI_AGENT_AMI'),
      type: value('JDCI_AGENT_TYPE'),
      cap: Number(value('JDCI_AGENT_CAP')),
      idleMinutes: Number(value('JDCI_AGENT_IDLE_MINUTES')),
      userData: agentUserData(Number(value('JDCI_AGENT_IDLE_MINUTES'))),
      tags: new Map(
        Object.entries(description.agents.tags).map(([name, text]) => [name, fill(text, { FARM: farm, SLOT: slot })]),
      ),
    },
    users: description.users.map(({ name, secret, administers }) => {
      const password = value(secret);
      return { name, password, apiToken: `11${password}`, administers };
    }),
  };
}
