import { announceRules, runsOf, type WriteTx } from '@annex/service';
import { announceChanges } from './change/change.operations.ts';
import { announceUnintended } from './change/unintended.operations.ts';
import { announceCommunications } from './communication/communication.operations.ts';
import { announceCompetenceActions } from './competence/action.operations.ts';
import { announceCompetences } from './competence/competence.operations.ts';
import { componentUseEvent } from './component/component.operations.ts';
import { componentsAfter, definitionsAfter, usesAfter } from './component/component.store.ts';
import { componentEvent, definitionEvent } from './component/definition.operations.ts';
import { announceContext } from './context/context.operations.ts';
import type { ControlsDatabase } from './database.ts';
import { announceExceptions } from './exception/exception.operations.ts';
import { implementationEvent } from './implementation/implementation.operations.ts';
import { controlIdsOf, filteredImplementations } from './implementation/implementation.store.ts';
import { ismsEvent } from './isms/isms.operations.ts';
import { allIsms } from './isms/isms.store.ts';
import { announceJudgements } from './judgement/judgement.operations.ts';
import { announceLeadership } from './leadership/leadership.operations.ts';
import { licensedTextEvent } from './licensed/licensed.operations.ts';
import { textsAfter } from './licensed/licensed.store.ts';
import { collectionEvent } from './mapping/collection.operations.ts';
import { latestCollections } from './mapping/collection.store.ts';
import { ownMappingEvent } from './mapping/own.operations.ts';
import { mappingsAfter } from './mapping/own.store.ts';
import { announceMaturity } from './maturity/maturity.operations.ts';
import { announceObjectives } from './objective/objective.operations.ts';
import { announceObligations } from './obligation/obligation.operations.ts';
import { announceOpportunityActions } from './opportunity/action.operations.ts';
import { announceOpportunities } from './opportunity/opportunity.operations.ts';
import { announceParties } from './party/party.operations.ts';
import { announceProcesses } from './process/process.operations.ts';
import { announceCriteria } from './provision/criterion.operations.ts';
import { announceProvisions } from './provision/provision.operations.ts';
import { announceResources } from './resource/resource.operations.ts';
import { announceResponsibilities } from './responsibility/responsibility.operations.ts';
import { announceScope } from './scope/scope.operations.ts';
import { announceSites } from './site/site.operations.ts';
import { applicabilityEvent } from './soa/decide.operations.ts';
import { soaEvent } from './soa/soa.operations.ts';
import { entriesOf, versionsOf } from './soa/soa.store.ts';
import { strengthEvent } from './strength/strength.operations.ts';
import { findStrengths } from './strength/strength.store.ts';
import { implementationTaskEvent } from './task/task.operations.ts';
import { filteredImplementationTasks } from './task/task.store.ts';
import { taskEvent } from './upgrade/task.operations.ts';
import { filteredTasks, taskCounts } from './upgrade/task.store.ts';
import { upgradeEvent } from './upgrade/upgrade.operations.ts';
import { allUpgrades } from './upgrade/upgrade.store.ts';

const pageSize = 1000;

/** What the tenant adds to the library. */
async function announceLibrary(tx: WriteTx<ControlsDatabase>): Promise<void> {
  for await (const rows of runsOf((id) => textsAfter(tx, id, pageSize)))
    tx.record('annex.controls.licensed-text.changed.v1', { rows: rows.map(licensedTextEvent) });
  const collections = await latestCollections(tx, pageSize);
  if (collections.length > 0)
    tx.record('annex.controls.mapping-collection.changed.v1', { rows: collections.map(collectionEvent) });
  for await (const rows of runsOf((id) => mappingsAfter(tx, id, pageSize)))
    tx.record('annex.controls.mapping.changed.v1', { rows: rows.map(ownMappingEvent) });
}

/** What others say that things implement, and what the tenant started from it. */
async function announceComponents(tx: WriteTx<ControlsDatabase>): Promise<void> {
  for await (const rows of runsOf((id) => definitionsAfter(tx, id, pageSize)))
    tx.record('annex.controls.component-definition.changed.v1', { rows: rows.map(definitionEvent) });
  for await (const rows of runsOf((id) => componentsAfter(tx, id, pageSize)))
    tx.record('annex.controls.component.changed.v1', { rows: rows.map(componentEvent) });
  for await (const rows of runsOf((id) => usesAfter(tx, id, pageSize)))
    tx.record('annex.controls.component-use.changed.v1', { rows: rows.map(componentUseEvent) });
}

/** Announces every ISMS, implementation, strength and rule result of the tenant as it is now (`annex resync`). */
export async function announce(tx: WriteTx<ControlsDatabase>): Promise<void> {
  const isms = await allIsms(tx).orderBy('id').execute();
  if (isms.length > 0) tx.record('annex.controls.isms.changed.v1', { rows: isms.map(ismsEvent) });
  const implementations = (id: string) =>
    filteredImplementations(tx, {}).where('id', '>', id).orderBy('id').limit(pageSize).execute();
  for await (const page of runsOf(implementations)) {
    const ids = page.map((row) => row.id);
    const controls = await controlIdsOf(tx, ids);
    tx.record('annex.controls.implementation.changed.v1', {
      rows: page.map((row, index) => implementationEvent(row, controls[index] ?? [])),
    });
    const byId = new Map(page.map((row) => [row.id, row]));
    const rows = (await findStrengths(tx, ids)).flatMap((strength) => {
      const implementation = byId.get(strength.id);
      return implementation ? [strengthEvent(strength, implementation)] : [];
    });
    if (rows.length > 0) tx.record('annex.controls.strength.changed.v1', { rows });
  }
  for (const { id } of isms) {
    await announceExceptions(tx, id);
    await announceMaturity(tx, id);
    await announceJudgements(tx, id);
    await announceSites(tx, id);
    await announceProcesses(tx, id);
    await announceScope(tx, id);
    await announceContext(tx, id);
    await announceParties(tx, id);
    await announceObligations(tx, id);
    await announceProvisions(tx, id);
    await announceCriteria(tx, id);
    await announceResources(tx, id);
    await announceOpportunities(tx, id);
    await announceOpportunityActions(tx, id);
    await announceChanges(tx, id);
    await announceUnintended(tx, id);
    await announceCommunications(tx, id);
    await announceCompetences(tx, id);
    await announceCompetenceActions(tx, id);
    await announceLeadership(tx, id);
    await announceResponsibilities(tx, id);
    await announceObjectives(tx, id);
    const entries = await entriesOf(tx, id);
    for (let start = 0; start < entries.length; start += pageSize) {
      const rows = entries.slice(start, start + pageSize).map(applicabilityEvent);
      tx.record('annex.controls.applicability.changed.v1', { rows });
    }
    const versions = await versionsOf(tx, id).orderBy('number').execute();
    if (versions.length > 0) tx.record('annex.controls.soa.changed.v1', { rows: versions.map(soaEvent) });
  }
  await announceImplementationTasks(tx);
  await announceLibrary(tx);
  await announceComponents(tx);
  await announceUpgrades(tx);
  await announceRules(tx, 'controls');
}

/** What is to be done for implementations: several steps of each control. */
async function announceImplementationTasks(tx: WriteTx<ControlsDatabase>): Promise<void> {
  const tasks = (id: string) =>
    filteredImplementationTasks(tx, {}).where('id', '>', id).orderBy('id').limit(pageSize).execute();
  for await (const rows of runsOf(tasks))
    tx.record('annex.controls.implementation-task.changed.v1', { rows: rows.map(implementationTaskEvent) });
}

/** An upgrade's row has every move that it made, so that few are read at once. */
const upgradesAtOnce = 20;

async function announceUpgrades(tx: WriteTx<ControlsDatabase>): Promise<void> {
  const upgrades = (id: string) => allUpgrades(tx).where('id', '>', id).orderBy('id').limit(upgradesAtOnce).execute();
  for await (const rows of runsOf(upgrades)) {
    const counts = await taskCounts(
      tx,
      rows.map((row) => row.id),
    );
    tx.record('annex.controls.upgrade.changed.v1', {
      rows: rows.map((row, index) => upgradeEvent(row, counts[index])),
    });
  }
  const tasks = (id: string) => filteredTasks(tx, {}).where('id', '>', id).orderBy('id').limit(pageSize).execute();
  for await (const rows of runsOf(tasks))
    tx.record('annex.controls.upgrade-task.changed.v1', { rows: rows.map(taskEvent) });
}
