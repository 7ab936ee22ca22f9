/**
 * What makes guidance worth reading, as far as a program can tell. Each function returns what it objects to, naming the place; nothing means
 * nothing to object to.
 */

/** A text with the place where it stands. */
export interface Placed {
  readonly place: string;
  readonly text: string;
}

const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Runs of three words. */
function shingles(text: string): Set<string> {
  const all = words(text);
  return new Set(Array.from({ length: Math.max(0, all.length - 2) }, (_, at) => all.slice(at, at + 3).join(' ')));
}

/** Jaccard similarity of two texts' shingles from which on one is taken for the other, hardly changed. */
const tooAlike = 0.4;

/** Texts that say nearly the same in two places. */
export function repetitions(texts: readonly Placed[]): string[] {
  const known = texts.map((placed) => ({ ...placed, runs: shingles(placed.text) }));
  const holders = new Map<string, number[]>();
  const objections: string[] = [];
  known.forEach(({ place, runs }, index) => {
    const shared = new Map<number, number>();
    for (const run of runs) {
      const before = holders.get(run) ?? [];
      for (const other of before) shared.set(other, (shared.get(other) ?? 0) + 1);
      before.push(index);
      holders.set(run, before);
    }
    for (const [other, count] of shared) {
      const earlier = known[other];
      if (!earlier) continue;
      if (count / (runs.size + earlier.runs.size - count) >= tooAlike)
        objections.push(`${place} says nearly what ${earlier.place} says`);
    }
  });
  return objections;
}

/** Lengths out of bounds, stray spaces, and typography that not every terminal shows. */
export function lengths({ place, text }: Placed, least: number, most: number): string[] {
  if (text.length < least || text.length > most)
    return [`${place} has ${text.length} characters, not ${least} to ${most}`];
  return text !== text.trim() || /\s\s/.test(text) ? [`${place} has stray spaces`] : [];
}

/** What a step may begin with: verbs in the imperative that people use when they tell others what to do. */
const verbs = new Set(
  `Accept Accompany Activate Add Admit Adopt Agree Alarm Alert Allocate Allow Analyse Announce Anonymise Answer Apply Appoint Approve Arrange
  Ask Assess Assign Assume Attach Attempt Authorise Automate Back Ban Bind Block Bolt Break Brief Budget Build Bury Buy Calculate Catalogue Challenge Check
  Choose Circulate Clarify Classify Clear Close Collect Combine Commission Compare Compile Complete Conclude Condense Configure Confine Confirm Connect
  Consult Contain Contract Copy Correct Count Cover Cut Decide Define Delete Deliver Demand Deny Deploy Derive Describe Design Designate Destroy Detect
  Determine Disable Discover Document Draft Draw Drop Embed Encrypt Enforce Engage Enrich Enrol Enter Equip Erase Escalate Establish Estimate Evaluate
  Examine Execute Exempt Exercise Expire Export Extend Extract Feed Filter Fit Fix Follow Forbid Force Forecast Form Formulate Gather Generate Give Grade
  Grant Group Guard Hand Handle Harden Hear Hold Identify Illustrate Implement Include Inform Insert Insist Inspect Install Instruct Instrument Interview
  Inventory Isolate Issue Judge Keep Label Lay Learn Let Limit Link List Load-test Lock Log Map Mark Match Measure Meet Migrate Minimise Mitigate Monitor
  Move Name Note Notify Obtain Offer Open Patrol Phrase Pick Place Plan Point Post Pre-authorise Prefer Prepare Prescribe Present Preserve Prevent Promise
  Promote Protect Prove Provide Publish Pull Put Rank Rate Re-test Reassess Receive Recertify Reconcile Reconstruct Record Refuse Register Rehearse Relocate
  Remove Renegotiate Renew Repeat Replace Report Request Require Reroute Restore Restrict Retain Retire Return Review Revise Revisit Rotate Route Run Sample
  Scan Schedule Score Screen Seal Search Secure Select Send Separate Set Settle Ship Sign Simulate Sketch Sort Specify Staff Start State Stock Store Stream
  Strip Subscribe Supervise Supply Survey Suspend Sweep Switch Synchronise Tag Take Teach Tear Tell Test Trace Track Train Transfer Translate Treat Triage
  Trial Trigger Try Tune Turn Update Validate Verify Vet Walk Watch Withdraw Write`.split(/\s+/),
);

/** A step that does not begin by saying what to do. */
export function verbFirst({ place, text }: Placed): string[] {
  const [first = ''] = text.split(/[\s,]/);
  return verbs.has(first) ? [] : [`${place} begins with “${first}”, which is no verb that the list of verbs knows`];
}
