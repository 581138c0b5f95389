import { linksContract } from './links-contract.ts';
import { openSshTrial } from './links-ssh-trial.ts';

linksContract({ name: 'ssh', open: () => openSshTrial(['one', 'away', 'here']) });
