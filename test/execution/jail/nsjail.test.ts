import { jailContract } from './contract.ts';

jailContract('nsjail');
