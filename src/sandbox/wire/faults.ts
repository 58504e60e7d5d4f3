/** Something that goes wrong on purpose between a client and the simulated region. */
export interface Fault {
  /** Signing name (`ecs`, `ec2`, …), `network` for what goes through the proxy, or `*`. */
  service: string;
  /** Operation name, for `network` the target `host:port`; a `*` stands for anything. */
  operation: string;
  kind: FaultKind;
  /** For `error`: the service's code. */
  code?: string;
  message?: string;
  /** For `error`: the HTTP status. */
  status?: number;
  /** How many requests it takes; without it, all until the faults are cleared. */
  count?: number;
  /** For `delay`: wall milliseconds. */
  delayMs?: number;
}

export const faultKinds = ['throttle', 'error', 'delay', 'hang', 'nonsense'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** The faults in force; the oldest that fits takes the request. */
export class Faults {
  #active: Fault[] = [];

  get active(): readonly Fault[] {
    return this.#active;
  }

  add(faults: readonly Fault[]): void {
    this.#active.push(...faults.map((fault) => ({ ...fault })));
  }

  clear(): void {
    this.#active = [];
  }

  /** The fault that this request meets, counted down. */
  take(service: string, operation: string): Fault | undefined {
    const fault = this.#active.find((one) => fits(one.service, service) && fits(one.operation, operation));
    if (fault?.count !== undefined && --fault.count <= 0) this.#active = this.#active.filter((one) => one !== fault);
    return fault;
  }
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(name);
}

/** Reads faults given as JSON, one or a list; a string says in one line what is wrong with them. */
export function parseFaults(value: unknown): Fault[] | string {
  const faults: Fault[] = [];
  for (const [index, item] of (Array.isArray(value) ? value : [value]).entries()) {
    const fault = parseFault(item);
    if (typeof fault === 'string') return `fault ${index + 1}: ${fault}`;
    faults.push(fault);
  }
  return faults;
}

const keys = ['service', 'operation', 'kind', 'code', 'message', 'status', 'count', 'delayMs'];

function parseFault(item: unknown): Fault | string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return 'expected an object';
  const given = item as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined) return `unknown key ${unknown}; expected ${keys.join(', ')}`;
  const { service, operation, kind, code, message, status, count, delayMs } = given;
  if (typeof service !== 'string' || service === '') return 'service must be a signing name such as ecs, or *';
  if (typeof operation !== 'string' || operation === '') return 'operation must be a name such as DescribeTasks, or *';
  const known = faultKinds.find((one) => one === kind);
  if (!known) return `kind must be one of ${faultKinds.join(', ')}`;
  const fault: Fault = { service, operation, kind: known };
  for (const [key, text] of Object.entries({ code, message })) {
    if (text !== undefined && typeof text !== 'string') return `${key} must be a string`;
  }
  if (typeof code === 'string') fault.code = code;
  if (typeof message === 'string') fault.message = message;
  for (const [key, number, least, most] of [
    ['status', status, 400, 599],
    ['count', count, 1, 1_000_000],
    ['delayMs', delayMs, 0, 3_600_000],
  ] as const) {
    if (number === undefined) continue;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most) {
      return `${key} must be a whole number from ${least} to ${most}`;
    }
    fault[key] = number;
  }
  if (known === 'delay' && fault.delayMs === undefined) return 'a delay needs delayMs';
  return fault;
}
