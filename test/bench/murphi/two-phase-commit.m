-- models/two-phase-commit.ts for Rumur. Names in braces are filled in by the runner.
const participants: {PARTICIPANTS};

type
  Participant: 1 .. participants;
  Stand: enum { working, prepared, committed, aborted };
  Decision: enum { open, forCommit, forAbort };

var
  stand: array [Participant] of Stand;
  hasVoted: array [Participant] of boolean;   -- a vote stays in the network
  isHeard: array [Participant] of boolean;
  decision: Decision;                         -- so does the decision

startstate begin
  for p: Participant do
    stand[p] := working;
    hasVoted[p] := false;
    isHeard[p] := false;
  end;
  decision := open;
end;

rule "decide to commit" decision = open & forall p: Participant do isHeard[p] end ==> begin
  decision := forCommit;
end;

rule "decide to abort" decision = open ==> begin
  decision := forAbort;
end;

ruleset p: Participant do
  rule "hear a vote" decision = open & hasVoted[p] ==> begin
    isHeard[p] := true;
  end;

  rule "prepare" stand[p] = working ==> begin
    stand[p] := prepared;
    hasVoted[p] := true;
  end;

  rule "refuse" stand[p] = working ==> begin
    stand[p] := aborted;
  end;

  rule "obey to commit" decision = forCommit ==> begin
    stand[p] := committed;
  end;

  rule "obey to abort" decision = forAbort ==> begin
    stand[p] := aborted;
  end;
end;

invariant "consistent"
  !(exists p: Participant do stand[p] = committed end
    & exists q: Participant do stand[q] = aborted end);
