/**
 * Fn::Cidr: `count` consecutive IPv4 blocks of `hostBits` host bits each inside `block`; undefined when they do not fit
 * or the arguments make no sense.
 */
export function subnetBlocks(block: string, count: number, hostBits: number): string[] | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(block);
  if (!match || !Number.isInteger(count) || count < 1 || count > 256) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 33] = match.slice(1).map(Number);
  if (prefix > 32 || !Number.isInteger(hostBits) || hostBits < 1 || hostBits > 32) return undefined;
  // Not the bit operators: they are signed, and an address needs all 32 bits.
  const base = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** hostBits;
  const start = base - (base % 2 ** (32 - prefix));
  if (count * size > 2 ** (32 - prefix)) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const address = start + index * size;
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${octets.join('.')}/${32 - hostBits}`;
  });
}
