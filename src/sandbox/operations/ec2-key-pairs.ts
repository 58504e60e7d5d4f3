import {
  CreateKeyPair$,
  type CreateKeyPairRequest,
  DeleteKeyPair$,
  type DeleteKeyPairRequest,
  type DeleteKeyPairResult,
  DescribeKeyPairs$,
  type DescribeKeyPairsRequest,
  type DescribeKeyPairsResult,
  type KeyPair as WireKeyPair,
} from '@aws-sdk/client-ec2';
import { createKeyPair, keyPairByName, keyPairs } from '../world/key-pairs.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import { byIds, filtered } from './ec2-filters.ts';
import { tagsFor } from './ec2-tags.ts';
import { type Operation, operation } from './operation.ts';

/** SSH key pairs. */
export const keyPairOperations: Record<string, Operation> = {
  CreateKeyPair: operation<CreateKeyPairRequest, WireKeyPair>(CreateKeyPair$, (input, { world }) => {
    if ((input.KeyType ?? 'rsa') !== 'rsa') {
      throw new ServiceError('InvalidParameterValue', 'This sandbox makes RSA key pairs only: leave KeyType out.');
    }
    const pair = createKeyPair(world, input.KeyName ?? '', tagsFor('key-pair', input.TagSpecifications));
    return {
      KeyPairId: pair.id,
      KeyName: pair.name,
      Tags: tagList(pair.tags),
      // Getters, because making the key takes some 100 ms and callers inside the world do not look at it.
      get KeyFingerprint() {
        return pair.material().fingerprint;
      },
      get KeyMaterial() {
        return pair.material().privatePem;
      },
    };
  }),

  DeleteKeyPair: operation<DeleteKeyPairRequest, DeleteKeyPairResult>(DeleteKeyPair$, (input, { world }) => {
    const pair = [...keyPairs(world).values()].find(({ id, name }) => id === input.KeyPairId || name === input.KeyName);
    // Deleting what is not there succeeds, as on EC2.
    if (!pair) return { Return: true };
    keyPairs(world).delete(pair.name);
    return { Return: true, KeyPairId: pair.id };
  }),

  DescribeKeyPairs: operation<DescribeKeyPairsRequest, DescribeKeyPairsResult>(
    DescribeKeyPairs$,
    (input, { world }) => {
      const named = byIds(keyPairs(world).values(), input.KeyNames, (name) => keyPairByName(world, name));
      const asked = byIds(named, input.KeyPairIds, (id) => {
        const pair = named.find((other) => other.id === id);
        if (!pair) throw new ServiceError('InvalidKeyPair.NotFound', `The key pair '${id}' does not exist`);
        return pair;
      });
      const kept = filtered(asked, input.Filters, (pair, name) => {
        if (name === 'key-name') return [pair.name];
        if (name === 'key-pair-id') return [pair.id];
        if (name === 'fingerprint') return [pair.material().fingerprint];
        return undefined;
      });
      return {
        KeyPairs: kept.map((pair) => ({
          KeyPairId: pair.id,
          KeyName: pair.name,
          KeyType: pair.type,
          KeyFingerprint: pair.material().fingerprint,
          ...(input.IncludePublicKey ? { PublicKey: `${pair.material().publicSsh} ${pair.name}` } : {}),
          CreateTime: new Date(pair.createdAt),
          Tags: tagList(pair.tags),
        })),
      };
    },
  ),
};
