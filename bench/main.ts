/** `npm run bench -- NAME`: measures beside a peer or the physical floor in the same run. */
const benches: Readonly<Record<string, () => Promise<{ readonly run: (args: string[]) => Promise<void> }>>> =
  {
    api: () => import('./api.ts'),
    controllers: () => import('./controllers.ts'),
    deploy: () => import('./deploy.ts'),
    scheduler: () => import('./scheduler.ts'),
    services: () => import('./services.ts'),
    store: () => import('./store.ts'),
    validate: () => import('./validate.ts'),
  };

const [name, ...args] = process.argv.slice(2);
const load = name === undefined ? undefined : benches[name];
if (load === undefined) {
  process.stderr.write(
    `usage: npm run bench -- NAME\n  NAME is one of: ${Object.keys(benches).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  await (await load()).run(args);
}
