import { approverOf } from '../workflows/shared/posts.js';
import type { Services } from './parts.js';

/** Who files, in which post (兼務: the one that is wanted, else the main one), and who decides for it, as the directory says at this moment; undefined what it does not. */
export async function postOf({ directory }: Pick<Services, 'directory'>, staff: string, wanted?: string) {
  const [member, capacities = []] = await Promise.all([directory.staffMember(staff), directory.capacitiesOf(staff)]);
  const department = wanted ?? member?.departments[0];
  const heads = department !== undefined && capacities.includes(`head:${department}`) ? [department] : [];
  return { member, department, approver: approverOf({ heads }, department ?? '') };
}
