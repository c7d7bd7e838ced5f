-- models/token-ring.ts for Rumur. Names in braces are filled in by the runner; {START} is one start
-- state for every valuation.
const
  processes: {PROCESSES};
  values: {VALUES};

type
  Process: 0 .. processes - 1;
  Value: 0 .. values - 1;

var x: array [Process] of Value;

function holdsToken(p: Process): boolean; begin
  if p = 0 then return x[0] = x[processes - 1]; else return x[p] != x[p - 1]; end;
end;

{START}

ruleset p: Process do
  rule "move" holdsToken(p) ==> begin
    if p = 0 then x[0] := (x[0] + 1) % values; else x[p] := x[p - 1]; end;
  end;
end;

invariant "token" exists p: Process do holdsToken(p) end;
