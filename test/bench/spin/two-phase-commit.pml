/* models/two-phase-commit.ts for Spin; -DPARTICIPANTS=1 to 10. Everything that is a set of
   participants is a mask of bits, one control point for all: the smallest state vector. */
#define COUNT PARTICIPANTS
#define EVERYBODY ((1 << COUNT) - 1)
#define BIT(p) (1 << p)

#define OPEN 0
#define COMMITTED 1
#define ABORTED 2

byte decision = OPEN;        /* the manager's; what it has said stays in the network for ever */
short voted, heard;          /* votes in the network, and those that the manager has taken in */
short committed, aborted;    /* participants; who is in neither has voted or is still working */

#define WORKING(p) (!((voted | committed | aborted) & BIT(p)))
#define CONSISTENT assert(committed == 0 || aborted == 0)

active proctype everybody() {
end:
  do
  :: d_step { decision == OPEN && heard == EVERYBODY -> decision = COMMITTED }
  :: d_step { decision == OPEN -> decision = ABORTED }
#define EACH(p) \
  :: d_step { decision == OPEN && (voted & BIT(p)) -> heard = heard | BIT(p) } \
  :: d_step { WORKING(p) -> voted = voted | BIT(p) } \
  :: d_step { WORKING(p) -> aborted = aborted | BIT(p); CONSISTENT } \
  :: d_step { decision == COMMITTED -> \
       committed = committed | BIT(p); aborted = aborted & ~BIT(p); CONSISTENT } \
  :: d_step { decision == ABORTED -> \
       aborted = aborted | BIT(p); committed = committed & ~BIT(p); CONSISTENT }
#include "each.pml"
#undef EACH
  od
}
