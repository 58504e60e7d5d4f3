import { describe, expect, it } from 'vitest';
import { demands } from '../../../src/sandbox/wire/access-demands.ts';
import { freshRegion } from '../world/fresh-region.ts';

/** What an operator's less usual commands demand of his policies. */
describe('the demands of', () => {
  const here = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:123456789012:${rest}`;
  const host = here('ecs', 'container-instance/jdci/abc');

  it.each([
    ['ecs', 'PutAttributes', { cluster: 'jdci', attributes: [{ name: 'a', targetId: host }] }, host],
    ['ecs', 'UpdateContainerAgent', { cluster: 'jdci', containerInstance: 'abc' }, host],
    ['ecs', 'DeregisterContainerInstance', { cluster: 'jdci', containerInstance: 'abc' }, here('ecs', 'cluster/jdci')],
    ['ecs', 'ListAttributes', { cluster: 'jdci' }, here('ecs', 'cluster/jdci')],
    ['ecs', 'ExecuteCommand', { cluster: 'jdci', task: 'abc' }, here('ecs', 'task/jdci/abc')],
    ['ecs', 'UpdateTaskProtection', { cluster: 'jdci', tasks: ['abc'] }, here('ecs', 'task/jdci/abc')],
    ['ecs', 'StartTask', { cluster: 'jdci', taskDefinition: 'app:1' }, here('ecs', 'task-definition/app:1')],
    ['ecs', 'DeleteTaskDefinitions', { taskDefinitions: ['app:1'] }, here('ecs', 'task-definition/app:1')],
    ['ecs', 'ListServiceDeployments', { cluster: 'jdci', service: 'a' }, here('ecs', 'service/jdci/a')],
    ['ecs', 'StopServiceDeployment', { serviceDeploymentArn: 'arn:x' }, 'arn:x'],
    ['ecs', 'ListAccountSettings', {}, '*'],
    ['logs', 'StartQuery', { logGroupNames: ['farm'] }, here('logs', 'log-group:farm:log-stream:')],
    ['ecr', 'TagResource', { resourceArn: here('ecr', 'repository/x') }, here('ecr', 'repository/x')],
  ])('%s %s', (service, operation, input, resource) => {
    const [demand] = demands(freshRegion(), service, operation, input);
    expect(demand?.action).toBe(`${service}:${operation}`);
    expect(demand?.targets.map((target) => target.resource)).toEqual([resource]);
  });
});
