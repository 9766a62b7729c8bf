import type { Defect } from './defect.js';

export const rfcResourcesDefects: readonly Defect[] = [
  {
    title: 'POST is answered with 200.',
    noticedBy: ['rfc.create.status'],
    spoil: () => ({
      reply(reply, { method }) {
        if (method === 'POST' && reply.status === 201) reply.status = 200;
      },
    }),
  },
];
