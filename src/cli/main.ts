// Reading the source maps takes longer than most commands, so only who looks at a stack gets it in terms of the sources.
if (process.argv.includes('--debug')) process.setSourceMapsEnabled(true);
const { catchTheRest, runProgram } = await import('./program.ts');
catchTheRest();
process.exitCode = await runProgram(process.argv.slice(2));

export {};
