/** /healthz: the process answers. /readyz: it can serve, which takes a store that answers. */
import express, { type Router } from 'express';
import type { Store } from '../store/store.js';

export interface Health {
  readonly store: Pick<Store, 'ping'>;
  /** True once the server has begun to stop: load balancers must send no more. */
  readonly isStopping: () => boolean;
}

export function healthRouter({ store, isStopping }: Health): Router {
  const router = express.Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const reason = isStopping()
      ? 'stopping'
      : await store.ping().then(
          () => undefined,
          () => 'store unavailable',
        );
    response.status(reason ? 503 : 200).json({ status: reason ?? 'ready' });
  });
  return router;
}
