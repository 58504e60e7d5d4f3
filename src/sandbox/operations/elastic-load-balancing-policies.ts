import {
  CreateLBCookieStickinessPolicy$,
  type CreateLBCookieStickinessPolicyInput,
  type CreateLBCookieStickinessPolicyOutput,
  CreateLoadBalancerPolicy$,
  type CreateLoadBalancerPolicyInput,
  type CreateLoadBalancerPolicyOutput,
  DeleteLoadBalancerPolicy$,
  type DeleteLoadBalancerPolicyInput,
  type DeleteLoadBalancerPolicyOutput,
  DescribeLoadBalancerPolicies$,
  type DescribeLoadBalancerPoliciesInput,
  type DescribeLoadBalancerPoliciesOutput,
  SetLoadBalancerPoliciesOfListener$,
  type SetLoadBalancerPoliciesOfListenerInput,
  type SetLoadBalancerPoliciesOfListenerOutput,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  invalidConfiguration,
  type LoadBalancer,
  listenerOf,
  loadBalancerOf,
} from '../world/elastic-load-balancing-state.ts';
import { ServiceError } from '../world/service-error.ts';
import { type Operation, operation } from './operation.ts';

const sslNegotiation = 'SSLNegotiationPolicyType';
const cookieStickiness = 'LBCookieStickinessPolicyType';

/** The policy types of a classic balancer; of these the sandbox makes those that a listener can have. */
const types = [sslNegotiation, cookieStickiness, 'AppCookieStickinessPolicyType', 'ProxyProtocolPolicyType'];

/** Predefined SSL security policies (Classic Load Balancers guide, Predefined SSL security policies). */
const securityPolicies = [
  'ELBSecurityPolicy-TLS-1-2-2017-01',
  'ELBSecurityPolicy-TLS-1-1-2017-01',
  'ELBSecurityPolicy-2016-08',
  'ELBSecurityPolicy-2015-05',
  'ELBSecurityPolicy-2015-03',
  'ELBSecurityPolicy-2015-02',
];

function requireNew(balancer: LoadBalancer, name: string): void {
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    throw new ServiceError('ValidationError', `Policy name must consist of letters, digits and hyphens: '${name}'`);
  }
  if (typeOf(balancer, name) !== undefined) {
    throw new ServiceError('DuplicatePolicyName', `Policy already exists: ${name}`);
  }
}

/** The type of a balancer's policy, or undefined when it has none of the name. */
function typeOf(balancer: LoadBalancer, name: string): string | undefined {
  return balancer.cookiePolicies.has(name) ? cookieStickiness : balancer.policies.get(name)?.type;
}

export const policyOperations: Record<string, Operation> = {
  CreateLBCookieStickinessPolicy: operation<CreateLBCookieStickinessPolicyInput, CreateLBCookieStickinessPolicyOutput>(
    CreateLBCookieStickinessPolicy$,
    (input, { world }) => {
      const balancer = loadBalancerOf(world, input.LoadBalancerName);
      const name = input.PolicyName ?? '';
      requireNew(balancer, name);
      balancer.cookiePolicies.set(name, input.CookieExpirationPeriod);
      return {};
    },
  ),
  CreateLoadBalancerPolicy: operation<CreateLoadBalancerPolicyInput, CreateLoadBalancerPolicyOutput>(
    CreateLoadBalancerPolicy$,
    (input, { world }) => {
      const balancer = loadBalancerOf(world, input.LoadBalancerName);
      const name = input.PolicyName ?? '';
      const type = input.PolicyTypeName ?? '';
      requireNew(balancer, name);
      if (!types.includes(type)) {
        throw new ServiceError('PolicyTypeNotFound', `Policy type '${type}' is not available`);
      }
      const attributes = (input.PolicyAttributes ?? []).map(({ AttributeName = '', AttributeValue = '' }) => ({
        name: AttributeName,
        value: AttributeValue,
      }));
      if (type === cookieStickiness) {
        const seconds = attributes.find((one) => one.name === 'CookieExpirationPeriod')?.value;
        balancer.cookiePolicies.set(name, seconds ? Number(seconds) : undefined);
        return {};
      }
      const reference = attributes.find((one) => one.name === 'Reference-Security-Policy')?.value;
      if (type === sslNegotiation && reference !== undefined && !securityPolicies.includes(reference)) {
        throw invalidConfiguration(
          `There is no predefined policy ${reference}: it must be one of ${securityPolicies.join(', ')}`,
        );
      }
      balancer.policies.set(name, { type, attributes });
      return {};
    },
  ),
  DescribeLoadBalancerPolicies: operation<DescribeLoadBalancerPoliciesInput, DescribeLoadBalancerPoliciesOutput>(
    DescribeLoadBalancerPolicies$,
    (input, { world }) => {
      // Without a balancer these are the predefined policies.
      if (!input.LoadBalancerName) {
        const asked = input.PolicyNames ?? [];
        return {
          PolicyDescriptions: securityPolicies
            .filter((name) => asked.length === 0 || asked.includes(name))
            .map((PolicyName) => ({ PolicyName, PolicyTypeName: sslNegotiation, PolicyAttributeDescriptions: [] })),
        };
      }
      const balancer = loadBalancerOf(world, input.LoadBalancerName);
      const all = [...balancer.cookiePolicies.keys(), ...balancer.policies.keys()];
      const asked = input.PolicyNames?.length ? input.PolicyNames : all;
      return {
        PolicyDescriptions: asked.map((PolicyName) => {
          const PolicyTypeName = typeOf(balancer, PolicyName);
          if (PolicyTypeName === undefined) {
            throw new ServiceError('PolicyNotFound', `There is no policy with name ${PolicyName}`);
          }
          const seconds = balancer.cookiePolicies.get(PolicyName);
          const attributes =
            balancer.policies.get(PolicyName)?.attributes ??
            (seconds === undefined ? [] : [{ name: 'CookieExpirationPeriod', value: String(seconds) }]);
          return {
            PolicyName,
            PolicyTypeName,
            PolicyAttributeDescriptions: attributes.map(({ name, value }) => ({
              AttributeName: name,
              AttributeValue: value,
            })),
          };
        }),
      };
    },
  ),
  DeleteLoadBalancerPolicy: operation<DeleteLoadBalancerPolicyInput, DeleteLoadBalancerPolicyOutput>(
    DeleteLoadBalancerPolicy$,
    (input, { world }) => {
      const balancer = loadBalancerOf(world, input.LoadBalancerName);
      const name = input.PolicyName ?? '';
      const user = balancer.listeners.find((listener) => listener.policyNames.includes(name));
      if (user) {
        throw invalidConfiguration(`You cannot delete policy ${name}: the listener on port ${user.port} uses it`);
      }
      balancer.cookiePolicies.delete(name);
      balancer.policies.delete(name);
      return {};
    },
  ),
  SetLoadBalancerPoliciesOfListener: operation<
    SetLoadBalancerPoliciesOfListenerInput,
    SetLoadBalancerPoliciesOfListenerOutput
  >(SetLoadBalancerPoliciesOfListener$, (input, { world }) => {
    const balancer = loadBalancerOf(world, input.LoadBalancerName);
    const listener = listenerOf(balancer, input.LoadBalancerPort);
    const names = input.PolicyNames ?? [];
    for (const name of names) {
      const type = typeOf(balancer, name);
      if (type === undefined) throw new ServiceError('PolicyNotFound', `There is no policy with name ${name}`);
      const fits =
        type === sslNegotiation
          ? listener.protocol === 'HTTPS' || listener.protocol === 'SSL'
          : listener.protocol === 'HTTPS' || listener.protocol === 'HTTP' || type === 'ProxyProtocolPolicyType';
      if (!fits) {
        throw invalidConfiguration(
          `Policy ${name} of type ${type} cannot be set on a listener of protocol ${listener.protocol}`,
        );
      }
    }
    listener.policyNames = names;
    return {};
  }),
};
