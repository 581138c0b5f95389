/** The events of Kubernetes' volume binder. */
import { eventsOf } from '../events.ts';

export const volumeEvents = eventsOf('persistentvolume-controller');
