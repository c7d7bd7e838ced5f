/* test/bench/data-pipeline.ts for Spin; -DBATCHES=1 to 7, -DWORKERS=1 to 10, -DCRASHES=… */
#define COUNT WORKERS

#define DOWN 0
#define FETCHING 1
#define FETCHING_AGAIN 2
#define STAGING 3
#define MERGING 4
#define COMMITTING 5
#define LOADED 6

byte phase[WORKERS] = FETCHING;
byte offset[WORKERS];
bool staged[WORKERS];
byte merged[WORKERS];        /* a bit for each batch */
byte aside[WORKERS];
byte crashes;

#define BATCH(w) (1 << offset[w])
#define EVERY_BATCH ((1 << BATCHES) - 1)
#define IS_SETTLED(w) ((merged[w] | aside[w]) & BATCH(w))
/* The batch behind the offset, or the end. */
#define RESUMED(w) (offset[w] == BATCHES -> LOADED : \
  (staged[w] -> MERGING : (IS_SETTLED(w) -> COMMITTING : FETCHING)))

active proctype workers() {
end:
  do
#define EACH(w) \
  :: d_step { phase[w] == FETCHING -> phase[w] = FETCHING_AGAIN } \
  :: d_step { phase[w] == FETCHING || phase[w] == FETCHING_AGAIN -> phase[w] = STAGING } \
  :: d_step { phase[w] == STAGING -> staged[w] = true; phase[w] = MERGING } \
  :: d_step { phase[w] == MERGING -> \
       merged[w] = merged[w] | BATCH(w); staged[w] = false; phase[w] = COMMITTING } \
  :: d_step { phase[w] == MERGING -> \
       aside[w] = aside[w] | BATCH(w); staged[w] = false; phase[w] = COMMITTING } \
  :: d_step { phase[w] == COMMITTING -> \
       offset[w] = offset[w] + 1; phase[w] = RESUMED(w); \
       assert(phase[w] != LOADED || (merged[w] ^ aside[w]) == EVERY_BATCH) } \
  :: d_step { crashes < CRASHES && phase[w] != DOWN && phase[w] != LOADED -> \
       crashes = crashes + 1; phase[w] = DOWN } \
  :: d_step { phase[w] == DOWN -> phase[w] = RESUMED(w) }
#include "each.pml"
#undef EACH
  od
}
