import {
  DescribeAccountLimits$,
  type DescribeAccountLimitsInput,
  type DescribeAccountLimitsOutput,
  ListExports$,
  type ListExportsInput,
  type ListExportsOutput,
  ListImports$,
  type ListImportsInput,
  type ListImportsOutput,
  ListStackSets$,
  type ListStackSetsInput,
  type ListStackSetsOutput,
} from '@aws-sdk/client-cloudformation';
import { type Operation, operation } from '../operations/operation.ts';
import { exportsOf } from './exports.ts';
import { exportUsers } from './lifecycle.ts';
import { page } from './paging.ts';
import { invalid } from './validation-error.ts';

const pageSize = 100;

/** Quotas of a new account (user guide, CloudFormation quotas). */
const limits = { StackLimit: 2000, StackOutputsLimit: 200, ConcurrentResourcesLimit: 2500 };

/** The operations on the account as a whole: what its stacks export to each other, and its limits. */
export const accountOperations: Readonly<Record<string, Operation>> = {
  ListExports: operation<ListExportsInput, ListExportsOutput>(ListExports$, (input, { world }) => {
    const { items, rest } = page(exportsOf(world), input.NextToken, pageSize);
    return {
      Exports: items.map(({ name, value, stack }) => ({ ExportingStackId: stack.id, Name: name, Value: value })),
      ...rest,
    };
  }),
  ListImports: operation<ListImportsInput, ListImportsOutput>(ListImports$, (input, { world }) => {
    const name = input.ExportName ?? '';
    const users = exportUsers(world, name);
    // An error, not an empty list: AWS makes no difference between an export that nobody uses and one that is not there.
    if (users.length === 0) throw invalid(`Export '${name}' is not imported by any stack.`);
    const { items, rest } = page(users, input.NextToken, pageSize);
    return { Imports: items, ...rest };
  }),
  DescribeAccountLimits: operation<DescribeAccountLimitsInput, DescribeAccountLimitsOutput>(
    DescribeAccountLimits$,
    () => ({ AccountLimits: Object.entries(limits).map(([Name, Value]) => ({ Name, Value })) }),
  ),
  // Stack sets span accounts and regions, of which there is one each here.
  ListStackSets: operation<ListStackSetsInput, ListStackSetsOutput>(ListStackSets$, () => ({ Summaries: [] })),
};
