import { keepShortLived } from '@annex/service/process';
import { type Bench, lineOf } from './bench.ts';
import { bulkEdits } from './bulk-edit.ts';
import { catalogueImport } from './catalogue-import.ts';
import { loopLatency } from './loop/latency.ts';
import { federatedReadHttp, federatedReadLimit, federatedReadOneProcess } from './reads/federated.ts';
import { registerPage } from './register-page.ts';
import { relevel } from './relevel.ts';
import { librarySearch } from './search.ts';
import { simulationSpeed } from './simulation/speed.ts';
import { soaRead } from './soa.ts';
import { warmStart } from './start.ts';

const benches: readonly Bench[] = [
  federatedReadOneProcess,
  federatedReadHttp,
  federatedReadLimit,
  loopLatency,
  catalogueImport,
  librarySearch,
  soaRead,
  ...bulkEdits,
  relevel,
  registerPage,
  simulationSpeed,
  warmStart,
];

/** Runs the benchmarks asked for, all unless told. @returns whether each of them could be run */
async function main(names: readonly string[]): Promise<boolean> {
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `bench: there is no ${unknown.join(', ')}; there are ${benches.map((bench) => bench.name).join(', ')}\n`,
    );
    return false;
  }
  let ran = true;
  for (const bench of benches) {
    if (names.length > 0 && !names.includes(bench.name)) continue;
    const progress = (text: string) => process.stderr.write(`${bench.name}: ${text}\n`);
    try {
      const measured = await bench.run(progress);
      if ('skipped' in measured) progress(`skipped, ${measured.skipped}`);
      else process.stdout.write(`${JSON.stringify(lineOf(bench, measured))}\n`);
    } catch (error) {
      ran = false;
      progress(`did not run: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  }
  return ran;
}

// Annex runs in this process, so it runs as its own does.
keepShortLived();
process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
