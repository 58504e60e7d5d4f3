/** An IPv4 block: the first address as an unsigned number, and how many bits of it are fixed. */
export interface Block {
  base: number;
  prefix: number;
}

/** `172.31.16.0/20` as a block; undefined when it is not one (host bits set count as not one, as in EC2). */
export function parseCidr(text: string): Block | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  const base = addressNumber(match[1]);
  const prefix = Number(match[2]);
  if (base === undefined || prefix > 32) return undefined;
  return base % 2 ** (32 - prefix) === 0 ? { base, prefix } : undefined;
}

/** A block as a text with its host bits cleared: `10.0.0.0/24` of `10.0.0.7/24`; undefined when it is none. */
export function networkOf(text: string): string | undefined {
  const [address = '', length = ''] = text.split('/');
  const number = addressNumber(address);
  if (number === undefined || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  const size = 2 ** (32 - Number(length));
  return `${addressText(Math.floor(number / size) * size)}/${Number(length)}`;
}

/** Four octets as an unsigned number. */
export function addressNumber(text: string): number | undefined {
  const octets = text.split('.').map(Number);
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text) || octets.some((octet) => !(octet >= 0 && octet <= 255))) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** The reverse of {@link addressNumber}. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** How many addresses a block holds. */
export function blockSize(block: Block): number {
  return 2 ** (32 - block.prefix);
}

/** Whether `inner` lies wholly in `outer`. */
export function contains(outer: Block, inner: Block): boolean {
  return inner.base >= outer.base && inner.base + blockSize(inner) <= outer.base + blockSize(outer);
}
