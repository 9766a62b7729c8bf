import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { typeWords } from '../components/words.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { History } from './history.js';

interface Props {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
}

/** A link may lead to what was deleted since, or say the wrong type: a member is told by its id alone. */
export function GoneResource({ tenant, type, id }: Props) {
  const types = useQuery(queries.types(tenant));
  const others = types.data?.filter(({ name }) => name !== type) ?? [];
  return (
    <SpaceBetween size="l">
      <Alert
        type="info"
        header={`No ${type} has this id`}
        action={
          <SpaceBetween direction="horizontal" size="xs">
            {others.map(({ name }) => (
              <Button key={name} href={paths.resource(tenant, name, id)}>
                Look among {typeWords(name).toLowerCase()}
              </Button>
            ))}
          </SpaceBetween>
        }
      >
        It was deleted, or it never was. If it was deleted, what happened to it is below.
      </Alert>
      <SpaceBetween size="s">
        <Header variant="h2">History</Header>
        <History tenant={tenant} type={type} id={id} />
      </SpaceBetween>
    </SpaceBetween>
  );
}
