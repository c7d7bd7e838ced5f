-- models/checkpointed-saga.ts for Rumur. Names in braces are filled in by the runner:
-- {WORKFLOW} is a range, or a scalarset where workflows may be permuted; {CHECKPOINT_FIRST} is
-- true or false.
const
  steps: {STEPS};
  crashesMax: {CRASHES};

type
  Workflow: {WORKFLOW};
  Step: 1 .. steps;
  Place: 0 .. steps;
  Direction: enum { forward, back, committed, aborted };
  Phase: enum { lost, acting, checkpointing, advancing };

var
  -- durable
  direction: array [Workflow] of Direction;
  effects: array [Workflow] of array [Step] of 0 .. 2;
  half: array [Workflow] of Place;
  checkpoint: array [Workflow] of Place;
  -- lost in a crash
  step: array [Workflow] of Place;
  phase: array [Workflow] of Phase;
  isRetried: array [Workflow] of boolean;

  crashes: 0 .. crashesMax;

function first(): Phase; begin
  if {CHECKPOINT_FIRST} then return checkpointing; else return acting; end;
end;

function isUnderWay(w: Workflow): boolean; begin
  return direction[w] = forward | direction[w] = back;
end;

startstate begin
  for w: Workflow do
    direction[w] := forward;
    for s: Step do effects[w][s] := 0; end;
    half[w] := 0;
    checkpoint[w] := 0;
    step[w] := 1;
    phase[w] := first();
    isRetried[w] := false;
  end;
  crashes := 0;
end;

ruleset w: Workflow do
  rule "effect" direction[w] = forward & phase[w] = acting ==> begin
    if effects[w][step[w]] < 2 then
      effects[w][step[w]] := effects[w][step[w]] + 1;
    end;
    if {CHECKPOINT_FIRST} then phase[w] := advancing; else phase[w] := checkpointing; end;
    isRetried[w] := false;
  end;

  rule "transient" direction[w] = forward & phase[w] = acting & !isRetried[w] ==> begin
    isRetried[w] := true;
  end;

  rule "permanent" direction[w] = forward & phase[w] = acting ==> begin
    direction[w] := back;
    isRetried[w] := false;
  end;

  rule "partial" direction[w] = forward & phase[w] = acting ==> begin
    direction[w] := back;
    half[w] := step[w];
    isRetried[w] := false;
  end;

  rule "checkpoint" direction[w] = forward & phase[w] = checkpointing ==> begin
    checkpoint[w] := step[w];
    if {CHECKPOINT_FIRST} then phase[w] := acting; else phase[w] := advancing; end;
  end;

  rule "advance" direction[w] = forward & phase[w] = advancing & step[w] < steps ==> begin
    step[w] := step[w] + 1;
    phase[w] := first();
  end;

  rule "commit" direction[w] = forward & phase[w] = advancing & step[w] = steps ==> begin
    direction[w] := committed;
    step[w] := 0;
    phase[w] := lost;
  end;

  rule "undo an effect"
    direction[w] = back & phase[w] = acting & step[w] > 0 & half[w] != step[w] ==> begin
    effects[w][step[w]] := 0;
    step[w] := step[w] - 1;
  end;

  rule "undo what is half done"
    direction[w] = back & phase[w] = acting & step[w] > 0 & half[w] = step[w] ==> begin
    half[w] := 0;
  end;

  rule "abort" direction[w] = back & phase[w] = acting & step[w] = 0 ==> begin
    direction[w] := aborted;
    phase[w] := lost;
  end;

  rule "restart" isUnderWay(w) & phase[w] = lost ==> begin
    if checkpoint[w] = steps then step[w] := steps; else step[w] := checkpoint[w] + 1; end;
    if direction[w] = back then phase[w] := acting;
    elsif checkpoint[w] = steps then phase[w] := advancing;
    else phase[w] := first();
    end;
  end;
end;

rule "crash"
  crashes < crashesMax & exists w: Workflow do isUnderWay(w) & phase[w] != lost end ==> begin
  crashes := crashes + 1;
  for w: Workflow do
    step[w] := 0;
    phase[w] := lost;
    isRetried[w] := false;
  end;
end;

invariant "atomic"
  forall w: Workflow do
    (direction[w] = committed -> half[w] = 0 & forall s: Step do effects[w][s] > 0 end)
    & (direction[w] = aborted -> half[w] = 0 & forall s: Step do effects[w][s] = 0 end)
  end;
