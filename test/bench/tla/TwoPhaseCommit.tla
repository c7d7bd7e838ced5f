--------------------------- MODULE TwoPhaseCommit ---------------------------
(* models/two-phase-commit.ts for TLC.                                       *)
CONSTANT Participants
VARIABLES stand,     \* of each participant
          voted,     \* whose vote is in the network, where it stays
          heard,     \* whose vote the manager has taken in
          decision   \* the manager's; it stays in the network, too

vars == <<stand, voted, heard, decision>>

Init ==
  /\ stand = [p \in Participants |-> "working"]
  /\ voted = {}
  /\ heard = {}
  /\ decision = "open"

Hear(p) ==
  /\ decision = "open"
  /\ p \in voted
  /\ heard' = heard \cup {p}
  /\ UNCHANGED <<stand, voted, decision>>

Prepare(p) ==
  /\ stand[p] = "working"
  /\ stand' = [stand EXCEPT ![p] = "prepared"]
  /\ voted' = voted \cup {p}
  /\ UNCHANGED <<heard, decision>>

Become(p, outcome) ==
  /\ stand' = [stand EXCEPT ![p] = outcome]
  /\ UNCHANGED <<voted, heard, decision>>

Refuse(p) == stand[p] = "working" /\ Become(p, "aborted")
ObeyCommit(p) == decision = "committed" /\ Become(p, "committed")
ObeyAbort(p) == decision = "aborted" /\ Become(p, "aborted")

Decide(outcome) ==
  /\ decision = "open"
  /\ decision' = outcome
  /\ UNCHANGED <<stand, voted, heard>>

Next ==
  \/ heard = Participants /\ Decide("committed")
  \/ Decide("aborted")
  \/ \E p \in Participants :
       Hear(p) \/ Prepare(p) \/ Refuse(p) \/ ObeyCommit(p) \/ ObeyAbort(p)

Spec == Init /\ [][Next]_vars

Consistent ==
  ~ \E p, q \in Participants : stand[p] = "committed" /\ stand[q] = "aborted"
=============================================================================
