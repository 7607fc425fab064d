import { jailContract } from './contract.ts';

jailContract('bubblewrap');
