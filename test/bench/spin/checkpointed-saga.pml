/* models/checkpointed-saga.ts for Spin; -DSTEPS=1 to 7, -DWORKFLOWS=1 to 10, -DCRASHES=…,
   -DCHECKPOINT_FIRST=1 for the broken variant, -DTERMINATES for the liveness property. */
#ifndef CHECKPOINT_FIRST
#define CHECKPOINT_FIRST 0
#endif
#define COUNT WORKFLOWS

/* direction; the first two are under way */
#define FORWARD 0
#define BACK 1
#define COMMITTED 2
#define ABORTED 3

/* phase, lost in a crash like step and retried */
#define LOST 0
#define ACTING 1
#define CHECKPOINTING 2
#define ADVANCING 3
#if CHECKPOINT_FIRST
#define FIRST CHECKPOINTING
#define BEHIND_EFFECT ADVANCING
#define BEHIND_CHECKPOINT ACTING
#else
#define FIRST ACTING
#define BEHIND_EFFECT CHECKPOINTING
#define BEHIND_CHECKPOINT ADVANCING
#endif

/* How often each step's effect has happened, two bits for each step, counted to two. */
short effects[WORKFLOWS];
byte direction[WORKFLOWS] = FORWARD;
byte half[WORKFLOWS];
byte checkpoint[WORKFLOWS];
byte step[WORKFLOWS] = 1;
byte phase[WORKFLOWS] = FIRST;
bool retried[WORKFLOWS];
byte crashes;

#define LOW_BITS (((1 << (2 * STEPS)) - 1) / 3)
#define AT(w) (2 * (step[w] - 1))
#define TIMES(w) ((effects[w] >> AT(w)) & 3)
#define EVERY_EFFECT(w) (((effects[w] | (effects[w] >> 1)) & LOW_BITS) == LOW_BITS)
#define ACTS(w) (direction[w] == FORWARD && phase[w] == ACTING)
#define UNDOES(w) (direction[w] == BACK && phase[w] == ACTING)
#define UNDER_WAY(w) (direction[w] <= BACK)
#define VOLATILE(w) (UNDER_WAY(w) && phase[w] != LOST)

active proctype system() {
end:
  do
#define EACH(w) \
  :: d_step { ACTS(w) -> /* effect */ \
       effects[w] = (TIMES(w) == 2 -> effects[w] : effects[w] + (1 << AT(w))); \
       phase[w] = BEHIND_EFFECT; retried[w] = false } \
  :: d_step { ACTS(w) && !retried[w] -> retried[w] = true } \
  :: d_step { ACTS(w) -> direction[w] = BACK; retried[w] = false } \
  :: d_step { ACTS(w) -> direction[w] = BACK; half[w] = step[w]; retried[w] = false } \
  :: d_step { direction[w] == FORWARD && phase[w] == CHECKPOINTING -> \
       checkpoint[w] = step[w]; phase[w] = BEHIND_CHECKPOINT } \
  :: d_step { direction[w] == FORWARD && phase[w] == ADVANCING && step[w] < STEPS -> \
       step[w] = step[w] + 1; phase[w] = FIRST } \
  :: d_step { direction[w] == FORWARD && phase[w] == ADVANCING && step[w] == STEPS -> \
       direction[w] = COMMITTED; step[w] = 0; phase[w] = LOST; \
       assert(half[w] == 0 && EVERY_EFFECT(w)) } \
  :: d_step { UNDOES(w) && step[w] == 0 -> \
       direction[w] = ABORTED; phase[w] = LOST; \
       assert(half[w] == 0 && effects[w] == 0) } \
  :: d_step { UNDOES(w) && step[w] > 0 && half[w] == step[w] -> half[w] = 0 } \
  :: d_step { UNDOES(w) && step[w] > 0 && half[w] != step[w] -> \
       effects[w] = effects[w] & ~(3 << AT(w)); step[w] = step[w] - 1 } \
  :: d_step { UNDER_WAY(w) && phase[w] == LOST -> /* restart */ \
       step[w] = (checkpoint[w] == STEPS -> STEPS : checkpoint[w] + 1); \
       phase[w] = (direction[w] == BACK -> ACTING : \
         (checkpoint[w] == STEPS -> ADVANCING : FIRST)) }
#include "each.pml"
#undef EACH
  :: d_step {
       crashes < CRASHES && (false
#define EACH(w) || VOLATILE(w)
#include "each.pml"
#undef EACH
       ) -> crashes = crashes + 1
#define EACH(w) ; step[w] = 0; phase[w] = LOST; retried[w] = false
#include "each.pml"
#undef EACH
     }
  od
}

#ifdef TERMINATES
#define EACH(w) && !UNDER_WAY(w)
ltl terminates { <> (true
#include "each.pml"
) }
#undef EACH
#endif
