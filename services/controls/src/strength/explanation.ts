import type { LinkSource, StrengthInputs } from './strength.store.ts';
import { type CountedLink, type Factor, type Strength, strengthOf } from './strength.ts';

const number = (value: number) => String(Math.round(value * 1000) / 1000);

function implementationSource({ implementation }: StrengthInputs): string {
  const { status, share } = implementation;
  if (status === 'PARTIAL') return `status PARTIAL with a stated share of ${number(share ?? 0)}`;
  return `status ${status}`;
}

function designSource({ assessment, implementation }: StrengthInputs): string {
  if (!assessment) {
    return `no design assessment; the owner claims ${number(implementation.claimedDesign)}`;
  }
  return `assessed by ${assessment.assessedBy} on ${assessment.assessedAt.toISOString().slice(0, 10)}: ${assessment.reason}`;
}

function operationSource(strength: Strength, { implementation }: StrengthInputs): string {
  const counting = strength.links.filter((one) => one.state === 'LINKED');
  const held = strength.links.filter((one) => one.state === 'HELD').length;
  const claim = `the owner claims ${number(implementation.claimedOperation)}`;
  if (counting.length === 0) return `no measure is linked; ${claim}`;
  const keys = counting.filter((one) => one.link.standing === 'KEY').length;
  const unverified = counting.filter((one) => one.verification === 'NOT_VERIFIED').length;
  return [
    `${counting.length} ${counting.length === 1 ? 'measure' : 'measures'} linked`,
    ...(keys > 0 ? [`${keys} of them key, which nothing else can outweigh`] : []),
    ...(unverified > 0 ? [`${unverified} without a valid measurement, for which ${claim}`] : []),
    ...(held > 0
      ? [`${held} unlinked and still holding the verified reading down until another person has looked`]
      : []),
  ].join('; ');
}

/** Which exceptions hold a strength down, and until when; undefined where none does. */
function capSource({ cap }: Strength, exceptions: StrengthInputs['exceptions']): string | undefined {
  if (cap === null) return undefined;
  const until = exceptions.map(({ reference, endsAt }) => `${reference} until ${endsAt.toISOString().slice(0, 10)}`);
  return `capped at ${number(cap)} by ${until.join(' and ')}`;
}

function sentenceOf({ implementation, exceptions }: StrengthInputs, strength: Strength): string {
  const cap = capSource(strength, exceptions);
  const said = `“${implementation.title}” has a verified strength of ${number(strength.verified)}${cap ? `, ${cap}` : ''}`;
  if (strength.assuranceGap === 0) return `${said}${cap ? '; no more is claimed' : ', all that is claimed'} for it.`;
  const open = [
    ...(strength.design.verification === 'VERIFIED' ? [] : ['its design is not assessed']),
    ...(strength.operation.verification === 'VERIFIED' ? [] : ['its operation is not fully measured']),
    ...(strength.links.some((one) => one.state === 'HELD') ? ['an unlinked measure still counts'] : []),
  ];
  const because = open.length > 0 ? `, because ${open.join(' and ')}` : '';
  return `${said}; claimed is ${number(strength.claimed)}, ${number(strength.assuranceGap)} more${because}.`;
}

function inputOf(counted: CountedLink, source: LinkSource | undefined) {
  const { link } = counted;
  const attainment = source?.attainment;
  return {
    measureId: link.measureId,
    measure: { id: link.measureId },
    reference: source?.measure?.reference ?? null,
    title: source?.measure?.title ?? null,
    state: counted.state,
    value: attainment?.value ?? null,
    attainment: link.reading.attainment,
    freshness: link.reading.freshness,
    measuredAt: attainment?.measuredAt ?? null,
    validUntil: attainment?.validUntil ?? null,
    weight: link.weight,
    role: link.role,
    standing: link.standing,
    verified: counted.verified,
    claimed: counted.claimed,
    verification: counted.verification,
    note: link.unlinked ? `unlinked by ${link.unlinked.by}: ${source?.row.unlinkedReason ?? ''}` : null,
  };
}

/** Where the numbers of a strength come from, in words and with every input. */
export function explain(inputs: StrengthInputs) {
  const strength = strengthOf(inputs.facts);
  const { implementation, design, operation } = strength;
  const factor = (name: string, readings: Factor, source: string) => ({ name, ...readings, source });
  const cap = capSource(strength, inputs.exceptions);
  const formula = (reading: 'verified' | 'claimed') => {
    const product = `implementation ${number(implementation)} × design ${number(design[reading])} × operation ${number(operation[reading])}`;
    const uncapped = number(implementation * design[reading] * operation[reading]);
    return `${reading} = ${product} = ${uncapped}${cap ? `, ${cap} = ${number(strength[reading])}` : ''}`;
  };
  return {
    sentence: sentenceOf(inputs, strength),
    formula: `${formula('verified')}; ${formula('claimed')}`,
    factors: [
      factor(
        'IMPLEMENTATION',
        { verified: implementation, claimed: implementation, verification: 'VERIFIED' },
        implementationSource(inputs),
      ),
      factor('DESIGN', design, designSource(inputs)),
      factor('OPERATION', operation, operationSource(strength, inputs)),
    ],
    cap: strength.cap,
    exceptions: inputs.exceptions,
    inputs: strength.links.map((counted) => inputOf(counted, inputs.links.get(counted.link.id))),
  };
}
