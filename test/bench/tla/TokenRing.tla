----------------------------- MODULE TokenRing ------------------------------
(* models/token-ring.ts for TLC. Every valuation is an initial state.        *)
EXTENDS Naturals, FiniteSets
CONSTANTS Processes, Values
VARIABLE x

Ring == 0 .. Processes - 1

Init == x \in [Ring -> 0 .. Values - 1]

Holds(p) == IF p = 0 THEN x[0] = x[Processes - 1] ELSE x[p] # x[p - 1]

Move(p) ==
  /\ Holds(p)
  /\ x' = [x EXCEPT ![p] = IF p = 0 THEN (x[0] + 1) % Values ELSE x[p - 1]]

Next == \E p \in Ring : Move(p)

Spec == Init /\ [][Next]_x
FairSpec == Spec /\ WF_x(Next)

Holders == {p \in Ring : Holds(p)}
SomeToken == Holders # {}
Converges == <>(Cardinality(Holders) = 1)
Stays == <>[](Cardinality(Holders) = 1)
=============================================================================
