-------------------------- MODULE CheckpointedSaga --------------------------
(* models/checkpointed-saga.ts for TLC. One record for each workflow.        *)
EXTENDS Naturals, TLC
CONSTANTS Workflows, Steps, Crashes, CheckpointFirst
VARIABLES flow, crashes

vars == <<flow, crashes>>
Symmetry == Permutations(Workflows)

First == IF CheckpointFirst THEN "checkpointing" ELSE "acting"

Start == [direction |-> "forward", effects |-> [s \in 1..Steps |-> 0], half |-> 0,
          checkpoint |-> 0, step |-> 1, phase |-> First, retried |-> FALSE]

Init == flow = [w \in Workflows |-> Start] /\ crashes = 0

Becomes(w, next) == flow' = [flow EXCEPT ![w] = next] /\ UNCHANGED crashes

UnderWay(f) == f.direction \in {"forward", "back"}
Acts(f) == f.direction = "forward" /\ f.phase = "acting"
Advances(f) == f.direction = "forward" /\ f.phase = "advancing"
Undoes(f) == f.direction = "back" /\ f.phase = "acting"
Loses(f) == [f EXCEPT !.step = 0, !.phase = "lost", !.retried = FALSE]

Effect(w, f) ==
  /\ Acts(f)
  /\ Becomes(w, [f EXCEPT
       !.effects[f.step] = IF @ = 2 THEN 2 ELSE @ + 1,
       !.phase = IF CheckpointFirst THEN "advancing" ELSE "checkpointing",
       !.retried = FALSE])

Transient(w, f) == Acts(f) /\ ~f.retried /\ Becomes(w, [f EXCEPT !.retried = TRUE])

Permanent(w, f) ==
  Acts(f) /\ Becomes(w, [f EXCEPT !.direction = "back", !.retried = FALSE])

Partial(w, f) ==
  Acts(f) /\ Becomes(w, [f EXCEPT !.direction = "back", !.half = f.step, !.retried = FALSE])

Checkpoint(w, f) ==
  /\ f.direction = "forward"
  /\ f.phase = "checkpointing"
  /\ Becomes(w, [f EXCEPT
       !.checkpoint = f.step,
       !.phase = IF CheckpointFirst THEN "acting" ELSE "advancing"])

Advance(w, f) ==
  Advances(f) /\ f.step < Steps /\ Becomes(w, [f EXCEPT !.step = @ + 1, !.phase = First])

Commit(w, f) ==
  /\ Advances(f)
  /\ f.step = Steps
  /\ Becomes(w, [f EXCEPT !.direction = "committed", !.step = 0, !.phase = "lost"])

UndoEffect(w, f) ==
  /\ Undoes(f)
  /\ f.step > 0
  /\ f.half # f.step
  /\ Becomes(w, [f EXCEPT !.effects[f.step] = 0, !.step = @ - 1])

UndoHalf(w, f) ==
  Undoes(f) /\ f.step > 0 /\ f.half = f.step /\ Becomes(w, [f EXCEPT !.half = 0])

Abort(w, f) ==
  Undoes(f) /\ f.step = 0 /\ Becomes(w, [f EXCEPT !.direction = "aborted", !.phase = "lost"])

Restart(w, f) ==
  /\ UnderWay(f)
  /\ f.phase = "lost"
  /\ Becomes(w, [f EXCEPT
       !.step = IF f.checkpoint = Steps THEN Steps ELSE f.checkpoint + 1,
       !.phase = IF f.direction = "back" THEN "acting"
                 ELSE IF f.checkpoint = Steps THEN "advancing" ELSE First])

Crash ==
  /\ crashes < Crashes
  /\ \E w \in Workflows : UnderWay(flow[w]) /\ flow[w].phase # "lost"
  /\ crashes' = crashes + 1
  /\ flow' = [w \in Workflows |-> Loses(flow[w])]

Next ==
  \/ Crash
  \/ \E w \in Workflows :
       \/ Effect(w, flow[w]) \/ Transient(w, flow[w]) \/ Permanent(w, flow[w])
       \/ Partial(w, flow[w]) \/ Checkpoint(w, flow[w]) \/ Advance(w, flow[w])
       \/ Commit(w, flow[w]) \/ UndoEffect(w, flow[w]) \/ UndoHalf(w, flow[w])
       \/ Abort(w, flow[w]) \/ Restart(w, flow[w])

Spec == Init /\ [][Next]_vars
FairSpec == Spec /\ WF_vars(Next)

Atomic ==
  \A w \in Workflows : LET f == flow[w] IN
    /\ f.direction = "committed" => f.half = 0 /\ \A s \in 1..Steps : f.effects[s] > 0
    /\ f.direction = "aborted" => f.half = 0 /\ \A s \in 1..Steps : f.effects[s] = 0

Terminates == <>(\A w \in Workflows : ~UnderWay(flow[w]))
=============================================================================
