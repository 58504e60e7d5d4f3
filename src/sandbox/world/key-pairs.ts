import { type RsaKey, seededRsaKey } from './rsa-key.ts';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

export interface KeyPair {
  id: string;
  name: string;
  type: 'rsa';
  createdAt: number;
  tags: Tags;
  /** Made on first use: making it takes some 100 ms. */
  material: () => RsaKey;
}

/** The account's key pairs, by name. */
export const keyPairs = perWorld(() => new Map<string, KeyPair>());

/** The key pair, or EC2's `InvalidKeyPair.NotFound`. */
export function keyPairByName(world: World, name: string): KeyPair {
  const pair = keyPairs(world).get(name);
  if (!pair) throw new ServiceError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
  return pair;
}

/** Makes an RSA key pair. */
export function createKeyPair(world: World, name: string, tags: Tags): KeyPair {
  if (keyPairs(world).has(name)) {
    throw new ServiceError('InvalidKeyPair.Duplicate', `The keypair already exists`);
  }
  const id = world.id('key');
  const pair: KeyPair = { id, name, type: 'rsa', createdAt: world.now, tags, material: () => materialOf(world, id) };
  keyPairs(world).set(name, pair);
  return pair;
}

/** Keys made in this process, by seed and id: a world that is made again has the same ones. */
const made = new Map<string, RsaKey>();

function materialOf(world: World, id: string): RsaKey {
  const name = `${world.seed} ${id}`;
  const known = made.get(name);
  if (known) return known;
  const material = seededRsaKey(world.random.fork(id));
  made.set(name, material);
  return material;
}
