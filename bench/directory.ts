import type { DirectoryActivitiesParts } from '../activities/directory/activities.js';

/** A directory that changes what it is told to at once: what is counted and timed is not it. */
export const willingDirectory: DirectoryActivitiesParts['directory'] = { setRemoteAccess: async () => 'done' };
