import {
  type CreateLoadBalancerListenerInput,
  type CreateLoadBalancerListenerOutput,
  CreateLoadBalancerListeners$,
  type DeleteLoadBalancerListenerInput,
  type DeleteLoadBalancerListenerOutput,
  DeleteLoadBalancerListeners$,
  SetLoadBalancerListenerSSLCertificate$,
  type SetLoadBalancerListenerSSLCertificateInput,
  type SetLoadBalancerListenerSSLCertificateOutput,
} from '@aws-sdk/client-elastic-load-balancing';
import { addListener, removeListeners } from '../world/elastic-load-balancing.ts';
import { invalidConfiguration, listenerOf, loadBalancerOf } from '../world/elastic-load-balancing-state.ts';
import { ServiceError } from '../world/service-error.ts';
import { checkedListener } from './elastic-load-balancing-shapes.ts';
import { type Operation, operation } from './operation.ts';

/** What a balancer listens on. */
export const listenerOperations: Record<string, Operation> = {
  CreateLoadBalancerListeners: operation<CreateLoadBalancerListenerInput, CreateLoadBalancerListenerOutput>(
    CreateLoadBalancerListeners$,
    (input, { world }) => {
      const balancer = loadBalancerOf(world, input.LoadBalancerName);
      const wanted = (input.Listeners ?? []).map(checkedListener);
      for (const listener of wanted) {
        if (balancer.listeners.some((other) => other.port === listener.port)) {
          throw new ServiceError(
            'DuplicateListener',
            `A listener already exists for ${balancer.name} with LoadBalancerPort ${listener.port}`,
          );
        }
      }
      for (const listener of wanted) addListener(world, balancer, listener);
      return {};
    },
  ),

  DeleteLoadBalancerListeners: operation<DeleteLoadBalancerListenerInput, DeleteLoadBalancerListenerOutput>(
    DeleteLoadBalancerListeners$,
    (input, { world }) => {
      removeListeners(world, loadBalancerOf(world, input.LoadBalancerName), input.LoadBalancerPorts ?? []);
      return {};
    },
  ),

  SetLoadBalancerListenerSSLCertificate: operation<
    SetLoadBalancerListenerSSLCertificateInput,
    SetLoadBalancerListenerSSLCertificateOutput
  >(SetLoadBalancerListenerSSLCertificate$, (input, { world }) => {
    const listener = listenerOf(loadBalancerOf(world, input.LoadBalancerName), input.LoadBalancerPort);
    if (listener.protocol !== 'HTTPS' && listener.protocol !== 'SSL') {
      throw invalidConfiguration(
        `The listener on port ${listener.port} speaks ${listener.protocol} and has no certificate`,
      );
    }
    listener.certificateId = input.SSLCertificateId ?? '';
    return {};
  }),
};
