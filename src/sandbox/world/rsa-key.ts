import { checkPrimeSync, createHash, createPrivateKey } from 'node:crypto';
import type { Random } from '../../core/random.ts';

/** An RSA key pair as EC2 hands it out. */
export interface RsaKey {
  /** PKCS #1, PEM. */
  privatePem: string;
  /** `ssh-rsa AAAA…`, without a comment. */
  publicSsh: string;
  /** SHA-1 over the private key in DER, as EC2 gives it for keys it made. */
  fingerprint: string;
}

/**
 * A real 2,048-bit RSA key out of seeded randomness: same seed, same key, which `generateKeyPairSync` cannot give. Takes
 * some 100 ms. For a simulated farm only: its randomness is predictable.
 */
export function seededRsaKey(random: Random): RsaKey {
  const e = 65537n;
  const [p, q] = [prime(random), prime(random)];
  const [large, small] = p > q ? [p, q] : [q, p];
  const d = inverse(e, (p - 1n) * (q - 1n));
  const privateKey = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'RSA',
      n: base64(p * q),
      e: base64(e),
      d: base64(d),
      p: base64(large),
      q: base64(small),
      dp: base64(d % (large - 1n)),
      dq: base64(d % (small - 1n)),
      qi: base64(inverse(small, large)),
    },
  });
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const digest = createHash('sha1').update(der).digest('hex');
  return {
    privatePem: privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
    publicSsh: `ssh-rsa ${Buffer.concat([text('ssh-rsa'), integer(e), integer(p * q)]).toString('base64')}`,
    fingerprint: (digest.match(/../g) ?? []).join(':'),
  };
}

/** A prime of 1,024 bits whose two top bits are set, so that a product of two has exactly 2,048. */
function prime(random: Random): bigint {
  for (;;) {
    const candidate = BigInt(`0x${random.hex(256)}`) | (3n << 1022n) | 1n;
    if ((candidate - 1n) % 65537n !== 0n && checkPrimeSync(candidate)) return candidate;
  }
}

/** The multiplicative inverse of `a` modulo `m`, by Euclid's extended algorithm. */
function inverse(a: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [a % m, m, 1n, 0n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [s0, s1] = [s1, s0 - quotient * s1];
  }
  return ((s0 % m) + m) % m;
}

function bytes(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
}

const base64 = (value: bigint) => bytes(value).toString('base64url');

/** RFC 4251, section 5: `string`. */
function text(value: string | Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
}

/** RFC 4251, section 5: `mpint`, whose top bit is a sign. */
function integer(value: bigint): Buffer {
  const plain = bytes(value);
  return text((plain[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), plain]) : plain);
}
