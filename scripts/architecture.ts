// What docs/architecture.md says of the stack, made from the stack's template; `node scripts/architecture.mjs` writes it
// there, and a test holds the document to it.
import { referencesIn } from '../src/sandbox/cloudformation/references.ts';
import { map, maps, text } from '../src/sandbox/cloudformation/resources/resource-type.ts';
import { parseTemplate, type Template } from '../src/sandbox/cloudformation/template.ts';
import { isMap, type Value, type ValueMap } from '../src/sandbox/cloudformation/value.ts';
import { recoveryTable } from './architecture-times.ts';

/** Where each resource is drawn; the slots are drawn as one, because they are the same (a test holds them to that). */
const places: Readonly<Record<string, readonly string[]>> = {
  'Front door': ['DnsRecord', 'LoadBalancer'],
  'Slots a to d': ['Service', 'TaskDefinition'],
  Hosts: ['Cluster', 'HostGroup', 'HostLaunchTemplate', 'HostCapacityProvider', 'HostCapacityAssociation'],
  'Secrets and logs': ['ViewerSecret', 'OperatorSecret', 'AgentKeyPair', 'LogGroup'],
};
/** What is told in the tables of rights and of ports instead of being drawn. */
const told = ['AWS::IAM::Role', 'AWS::IAM::InstanceProfile', 'AWS::EC2::SecurityGroup'];

const meanings: Readonly<Record<string, string>> = {
  JDCI_FARM: 'the farm: the name of its stack',
  JDCI_SLOT: 'the slot, a stable identity that outlives the container: its cloud is `jdci-SLOT`',
  JDCI_URL: 'the Jenkins URL, which is the front door’s and the same for every slot',
  JDCI_REGION: 'the region in which agents are started',
  JDCI_CLUSTER: 'the ECS cluster the master runs in',
  JDCI_AGENT_SUBNETS: 'subnets for agents, comma between; the one in the master’s own zone is taken',
  JDCI_AGENT_SECURITY_GROUP: 'security group of agents',
  JDCI_AGENT_INSTANCE_PROFILE: 'ARN of the instance profile of agents',
  JDCI_AGENT_KEY_PAIR: 'name of the key pair that agents are started with',
  JDCI_AGENT_AMI: 'AMI of agents',
  JDCI_AGENT_TYPE: 'instance type of agents',
  JDCI_AGENT_CAP: 'the most agents of the whole farm at once',
  JDCI_AGENT_IDLE_MINUTES:
    'minutes after which an idle agent is ended, and after which one ends itself when no master speaks to it',
  JDCI_VIEWER_SECRET: 'password of the user `viewer`, who may look; `11` before it makes the API token',
  JDCI_OPERATOR_SECRET: 'password of the user `operator`, who administers; `11` before it makes the API token',
  JDCI_AGENT_SSH_KEY: 'private half of the key pair, PEM',
};

/** The generated parts of the document, by the name that stands in its markers. */
export function blocks(templateBody: string): Readonly<Record<string, string>> {
  const template = parseTemplate(templateBody);
  return {
    diagram: diagram(template),
    rights: rightsTable(template),
    ports: portsTable(template),
    recovery: recoveryTable(template),
    environment: environmentTable(template),
  };
}

/** The document with each marked part replaced: between `<!-- NAME:begin -->` and `<!-- NAME:end -->`. */
export function filled(document: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((whole, [name, part]) => {
    const begin = `<!-- ${name}:begin -->`;
    const end = `<!-- ${name}:end -->`;
    const from = whole.indexOf(begin);
    const to = whole.indexOf(end);
    if (from < 0 || to < from) throw new Error(`docs/architecture.md has no markers ${begin} and ${end}`);
    return `${whole.slice(0, from + begin.length)}\n${part}\n${whole.slice(to)}`;
  }, document);
}

const slotLess = (logicalId: string) => logicalId.replace(/^(Service|TaskDefinition)[A-D]$/, '$1');

/** What the template refers to what by, as a Mermaid flowchart; dotted is what only happens when the farm runs. */
function diagram(template: Template): string {
  const drawn = new Set(Object.values(places).flat());
  const edges = new Map<string, Set<string>>();
  const types = new Map<string, string>();
  for (const { logicalId, type, properties, dependsOn } of template.resources.values()) {
    const from = slotLess(logicalId);
    if (!drawn.has(from)) {
      if (!told.includes(type)) throw new Error(`architecture: no place for ${logicalId} (${type})`);
      continue;
    }
    types.set(from, type);
    const named = Object.entries(properties).flatMap(([property, value]) =>
      referencesIn(value).map(({ name }) => [property, name] as const),
    );
    for (const [property, name] of [...named, ...dependsOn.map((other) => ['DependsOn', other] as const)]) {
      const to = slotLess(name);
      if (!drawn.has(to) || !template.resources.has(name)) continue;
      const key = `${from} --> ${to}`;
      edges.set(key, (edges.get(key) ?? new Set()).add(property));
    }
  }
  for (const id of drawn) if (!types.has(id)) throw new Error(`architecture: the template has no ${id}`);
  const groups = Object.entries(places).flatMap(([title, ids], index) => [
    `  subgraph g${index}["${title}"]`,
    ...ids.map((id) => `    ${id}["${id}<br/><i>${types.get(id)?.replace('AWS::', '').replaceAll('::', ' ')}</i>"]`),
    '  end',
  ]);
  const arrows = [...edges].map(([key, properties]) => {
    const [from, to] = key.split(' --> ');
    return `  ${from} -->|${[...properties].sort().join(', ')}| ${to}`;
  });
  const target = text(map(template.resources.get('LoadBalancer')?.properties.HealthCheck).Target);
  return [
    '```mermaid',
    'flowchart TB',
    '  people(["operators and browsers"])',
    ...groups,
    '  agents[["agents: EC2 instances that no template names"]]',
    ...arrows,
    '  people -.-> DnsRecord',
    `  LoadBalancer -.->|"asks ${target} of the hosts that the services register"| HostGroup`,
    '  TaskDefinition -.->|"the EC2 plugin starts, uses by SSH and ends"| agents',
    '```',
  ].join('\n');
}

function list(value: Value): string[] {
  return (Array.isArray(value) ? value : [value]).map((one) => text(one));
}

/** Who may do what: every statement of every role. */
function rightsTable(template: Template): string {
  const rows = [...template.resources.values()]
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .flatMap(({ logicalId, properties }) =>
      maps(properties.Policies).flatMap(({ PolicyDocument }) =>
        maps(map(PolicyDocument).Statement).map((statement) => {
          const keys = Object.values(map(statement.Condition)).flatMap((test) => Object.keys(map(test)));
          const when = [...new Set(keys)].map((key) => `\`${key}\``).join(', ');
          const actions = list(statement.Action).map((action) => `\`${action}\``);
          return `| ${logicalId} | ${text(statement.Sid)} | ${actions.join(' ')} | ${resourcesOf(statement.Resource)} | ${when || '—'} |`;
        }),
      ),
    );
  return ['| role | right | actions | on | held by |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** Resources of a statement in short: the part of an ARN that says what it is. */
function resourcesOf(value: Value): string {
  if (value === '*') return 'anything';
  const items = Array.isArray(value) ? value : [value];
  return items
    .map((item) => {
      const sub = isMap(item) ? item['Fn::Sub'] : undefined;
      const arn = text(Array.isArray(sub) ? sub[0] : sub);
      // At colons outside of braces, because pseudo parameters have some of their own.
      const what = arn
        .split(/:(?![^{]*\})/)
        .slice(5)
        .join(':');
      if (arn) return `\`${what.replace(/\$\{([^}]+)\}/g, '$1')}\``;
      const [reference] = referencesIn(item);
      return `\`${reference?.name ?? '?'}\``;
    })
    .join(' ');
}

/** Who may talk to whom. */
function portsTable(template: Template): string {
  const rules = (value: Value, when: string): [ValueMap, string][] => {
    if (Array.isArray(value)) return value.flatMap((item) => rules(item, when));
    if (!isMap(value)) return [];
    const branch = value['Fn::If'];
    if (Array.isArray(branch)) return rules(branch[1], text(branch[0]));
    return 'Ref' in value ? [] : [[value, when]];
  };
  const port = (value: Value): string => {
    const branch = isMap(value) ? value['Fn::If'] : undefined;
    return Array.isArray(branch) ? `${text(branch[1])} if ${text(branch[0])}, else ${text(branch[2])}` : text(value);
  };
  const rows = [...template.resources.values()]
    .filter(({ type }) => type === 'AWS::EC2::SecurityGroup')
    .flatMap(({ logicalId, properties }) =>
      rules(properties.SecurityGroupIngress, '').map(([rule, when]) => {
        const [peer] = referencesIn([rule.CidrIp, rule.SourceSecurityGroupId]);
        return `| ${logicalId} | ${port(rule.FromPort)} | \`${peer?.name ?? '?'}\` | ${text(rule.Description)}${when ? ` (only if ${when})` : ''} |`;
      }),
    );
  return ['| into | port | from | for |', '|---|---|---|---|', ...rows].join('\n');
}

/** The environment of a master: names, meanings, and what of the template each value comes from. */
function environmentTable(template: Template): string {
  const [container] = maps(template.resources.get('TaskDefinitionA')?.properties.ContainerDefinitions);
  const plain = maps(container?.Environment).map(
    ({ Name, Value: value }) => [text(Name), value, 'environment'] as const,
  );
  const secret = maps(container?.Secrets).map(({ Name, ValueFrom }) => [text(Name), ValueFrom, 'secret'] as const);
  const rows = [...plain, ...secret].map(([name, value, how]) => {
    const meaning = meanings[name];
    if (meaning === undefined) throw new Error(`architecture: no meaning for ${name}`);
    const pseudo = ['AWS::Partition', 'AWS::AccountId', 'AWS::Region'];
    const found = referencesIn(value).map(({ name: of, attribute }) => (attribute ? `${of}.${attribute}` : of));
    const sources = [...new Set(found)].filter((of) => found.length === 1 || !pseudo.includes(of));
    const from = sources.length > 0 ? sources.map((of) => `\`${of}\``).join(', ') : 'the slot’s letter';
    return `| \`${name}\` | ${how} | ${meaning} | ${from} |`;
  });
  const gone = Object.keys(meanings).filter((name) => ![...plain, ...secret].some(([known]) => known === name));
  if (gone.length > 0) throw new Error(`architecture: the template has no ${gone.join(', ')}`);
  return ['| name | given as | meaning | from |', '|---|---|---|---|', ...rows].join('\n');
}
