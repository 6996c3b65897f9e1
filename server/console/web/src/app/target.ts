import { computed } from '@preact/signals';
import { me } from '../api/session';
import { reachableAddress, type Target } from '../commands/commands';

// Where the commands that the page shows are to go.
export const target = computed<Target>(() => {
  const server = me.value?.server;
  return {
    grpcAddress: server ? reachableAddress(server.grpcAddress, location.hostname) : 'localhost:50051',
    httpOrigin: location.origin,
    tls: server?.tls ?? false,
    withToken: me.value?.accessControl ?? false,
  };
});
