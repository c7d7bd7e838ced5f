/* models/token-ring.ts for Spin; -DPROCESSES=2 to 10, -DVALUES=2 to 10; liveness with -DCONVERGES
   (some day one token) or -DSTAYS (some day one token for ever). A Promela model has one initial
   state: the valuation is chosen in as many steps as there are processes, which adds one state for
   each way to have chosen only some: (VALUES^PROCESSES - 1) / (VALUES - 1) of them. */
byte x[PROCESSES];
byte chosen;                 /* how many processes have their initial value */

#define STARTED (chosen == PROCESSES)
#define LEFT(p) x[(p + PROCESSES - 1) % PROCESSES]
#define BOTTOM_HOLDS (x[0] == LEFT(0))
#define OTHER_HOLDS(p) (x[p] != LEFT(p))

active proctype ring() {
end:
  do
#define COUNT VALUES
#define EACH(v) :: d_step { !STARTED -> x[chosen] = v; chosen = chosen + 1 }
#include "each.pml"
#undef EACH
#undef COUNT
#define COUNT PROCESSES
  :: d_step { STARTED && BOTTOM_HOLDS -> x[0] = (x[0] + 1) % VALUES }
#define EACH(p) :: d_step { p > 0 && STARTED && OTHER_HOLDS(p) -> x[p] = LEFT(p) }
#include "each.pml"
#undef EACH
  /* Without a token nothing else can move: the error is found where it is the only step. */
  :: d_step { else -> assert(false) }
  od
}

#define EACH(p) + (p > 0 && OTHER_HOLDS(p))
#ifdef CONVERGES
ltl converges { <> (STARTED && BOTTOM_HOLDS
#include "each.pml"
  == 1) }
#endif
#ifdef STAYS
ltl stays { <> [] (STARTED && BOTTOM_HOLDS
#include "each.pml"
  == 1) }
#endif
#undef EACH
