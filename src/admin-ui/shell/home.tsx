/** /admin: where somebody begins, or goes on after single sign-on. */
import { useEffect, useState } from 'react';
import { Navigate } from 'react-router';
import { paths } from '../paths.js';
import { keepReturn, keptReturn } from '../sign-in/return-path.js';
import { useSession } from './session.js';

export function HomePage() {
  const { admin } = useSession();
  const [wanted] = useState(keptReturn);
  useEffect(() => keepReturn(undefined), []);
  const start = admin.tenant === null ? paths.tenants : paths.tenant(admin.tenant);
  return <Navigate to={wanted ?? start} replace />;
}
