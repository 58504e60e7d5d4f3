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
    /** Minutes; 0: an idle agent stays for ever. */
    readonly idleMinutes: number;
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

/** Reads a master's identity, or names the variables that are missing: such a master ends its JVM rather than run open. */
export function readIdentity(environment: ReadonlyMap<string, string>): Identity | { missing: string[] } {
  const missing: string[] = [];
  const need = (name: string): string => {
    const value = environment.get(name) ?? '';
    if (value === '') missing.push(name);
    return value;
  };
  const number = (name: string): number => {
    const text = need(name);
    const value = Number(text);
    if (text !== '' && !(Number.isFinite(value) && value >= 0)) missing.push(name);
    return value;
  };
  const user = (name: string, variable: string, administers: boolean): User => {
    const password = need(variable);
    return { name, password, apiToken: `11${password}`, administers };
  };
  const slot = need('JDCI_SLOT');
  const identity: Identity = {
    farm: need('JDCI_FARM'),
    slot,
    url: need('JDCI_URL').replace(/\/*$/, '/'),
    cloud: `jdci-${slot}`,
    agents: {
      subnets: need('JDCI_AGENT_SUBNETS')
        .split(',')
        .map((id) => id.trim())
        .filter((id) => id !== ''),
      securityGroup: need('JDCI_AGENT_SECURITY_GROUP'),
      instanceProfile: need('JDCI_AGENT_INSTANCE_PROFILE'),
      keyPair: need('JDCI_AGENT_KEY_PAIR'),
      ami: need('JDCI_AGENT_AMI'),
      type: need('JDCI_AGENT_TYPE'),
      cap: number('JDCI_AGENT_CAP'),
      idleMinutes: number('JDCI_AGENT_IDLE_MINUTES'),
    },
    users: [user('viewer', 'JDCI_VIEWER_SECRET', false), user('operator', 'JDCI_OPERATOR_SECRET', true)],
  };
  need('JDCI_AGENT_SSH_KEY');
  return missing.length > 0 ? { missing } : identity;
}
