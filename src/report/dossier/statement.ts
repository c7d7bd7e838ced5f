import type { PropertyReport } from '../../model/verdict.ts';

/** What a kind of property says: in logic, in words, and where that is defined. */
export interface Statement {
  /** Computation tree logic or linear temporal logic; p, q: the predicates of the model. */
  readonly logic: string;
  readonly words: string;
  readonly spec: string;
}

const says = (logic: string, words: string, spec = '1.8'): Statement => ({ logic, words, spec });

const STATEMENTS: Readonly<Record<string, Statement>> = {
  always: says('AG p', 'p holds in every reachable state, those right after a fault included'),
  sometimes: says('EF p', 'p holds in some reachable state'),
  eventually: says('A F p', 'every fair continuation of every path meets p, faults before or not'),
  eventuallyAlways: says(
    'A F G p',
    'when no more faults come, every fair path comes to p and stays in p',
  ),
  leadsTo: says('A G (p → F q)', 'whenever p holds, q holds then or later, on every fair path'),
  until: says('A (p U q)', 'every fair path meets q, and p holds all along before'),
  ltl: says('A φ', 'every fair path satisfies the formula φ of the model'),
  recoverable: says(
    'AG EF p',
    'from every reachable state some path without another fault leads to p',
  ),
  converges: says(
    'A (F G ¬fault → F G)',
    'once no more faults come, every fair path reaches G: consistent, with nobody recovering or ' +
      'down; and wherever nothing more happens, every checkpointed actor is done',
  ),
  withinSteps: says(
    'AG A F≤k p',
    'from every reachable state every path without another fault is in p after at most k steps',
  ),
  deadlockFree: says('AG (EX true ∨ done)', 'no reachable state is stuck before all is done'),
  closed: says('AG (p → AX p) on P', 'no step of the program leaves p', '4.4'),
  everyStep: says('AG [a] keeps', 'every step of which it speaks keeps what it must', '4.17'),
  totalRecovery: says('AG (recovering → EX R)', 'whoever recovers can go on', '4.1'),
  deterministicRecovery: says(
    'AG (recovering → ≤ 1 R)',
    'recovery has one way to go on at each moment',
    '4.3',
  ),
  resumes: says(
    'recover ∘ fault ∘ fault = recover ∘ fault',
    'another fault during recovery does not change where recovery ends',
    '4.7',
  ),
  refines: says(
    'traces(M) ⊆ traces(A)',
    'whatever is seen of a path is seen of a path of the abstract model',
    '4.16',
  ),
  total: says(
    'AG (failure → handled)',
    'every failure that can arrive is handled where it arrives',
    '4.1',
  ),
  recovery: says(
    'recover : F → S → S',
    'each failure is answered by the strategy that the model declares: retry, rollback or ' +
      'compensate',
    '4.15',
  ),
};

/** @throws Error for a kind that is not described here */
export function statementOf({ kind }: Pick<PropertyReport, 'kind'>): Statement {
  const found = STATEMENTS[kind];
  if (found === undefined) throw new Error(`internal: no statement for '${kind}'`);
  return found;
}
