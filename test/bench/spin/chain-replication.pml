/* models/chain-replication.ts for Spin; -DREPLICAS=2 to 10, -DUPDATES=1 to 4, -DFAILURES=… (at most
   one less than there are replicas), -DCAPACITY=… messages for each inbox: too few is an error. */
#define COUNT REPLICAS

bool failed[REPLICAS];
short log[REPLICAS];         /* three bits for each update, the first one lowest */
byte length[REPLICAS];
byte stable[REPLICAS];
/* Neighbours as distances, so that all start alike: before the first one and behind the last is
   none. */
byte hop[REPLICAS] = 1;
byte back[REPLICAS] = 1;
byte done;                   /* a bit for each update that the client was told of */
byte failures;
/* A message is one number: an update with sender, place and value, or how much is stable. */
chan inbox[REPLICAS] = [CAPACITY] of { byte };
hidden byte m, k;            /* no meaning between two steps */

#define UPDATE(from, place, value) (16 * (from) + 4 * ((place) - 1) + (value) - 1)
#define STABLE(through) (240 + (through))
#define IS_STABLE(m) (m >= 240)
#define FROM(m) (m / 16)
#define PLACE(m) ((m % 16) / 4 + 1)
#define VALUE(m) (m % 4 + 1)

#define AT(r, place) ((log[r] >> (3 * (place))) & 7)
#define HAS(r, v) (AT(r, 0) == v || AT(r, 1) == v || AT(r, 2) == v || AT(r, 3) == v)
#define NEXT(r) (r + hop[r])
#define IS_HEAD(r) (back[r] > r)
#define IS_TAIL(r) (NEXT(r) >= REPLICAS)
#define SHORTER(r, q) (length[r] < length[q] -> length[r] : length[q])
#define AGREE(r, q) (failed[q] || ((log[r] ^ log[q]) & ((1 << (3 * SHORTER(r, q))) - 1)) == 0)

inline send(to, message) {
  if
  :: !failed[to] -> inbox[to]!message
  :: else
  fi
}
inline send_stable(r) {
  if
  :: !IS_HEAD(r) && stable[r] > 0 -> send(r - back[r], STABLE(stable[r]))
  :: else
  fi
}
inline settle(r) {
  if
  :: IS_TAIL(r) && stable[r] < length[r] ->
     do
     :: stable[r] < length[r] -> done = done | (1 << AT(r, stable[r])); stable[r] = stable[r] + 1
     :: else -> break
     od;
     send_stable(r)
  :: else
  fi
}
inline append(r, value) {
  log[r] = log[r] | ((value) << (3 * length[r]));
  length[r] = length[r] + 1;
  assert(true
#define EACH(q) && AGREE(r, q)
#include "each.pml"
#undef EACH
  );
  if
  :: !IS_TAIL(r) -> send(NEXT(r), UPDATE(r, length[r], value))
  :: else
  fi;
  settle(r)
}

#define WRITE(r, v) \
  :: d_step { !failed[r] && IS_HEAD(r) && !HAS(r, v) && !(done & (1 << v)) -> append(r, v) }
#if UPDATES == 1
#define WRITES(r) WRITE(r, 1)
#elif UPDATES == 2
#define WRITES(r) WRITE(r, 1) WRITE(r, 2)
#elif UPDATES == 3
#define WRITES(r) WRITE(r, 1) WRITE(r, 2) WRITE(r, 3)
#else
#define WRITES(r) WRITE(r, 1) WRITE(r, 2) WRITE(r, 3) WRITE(r, 4)
#endif

active proctype chain() {
end:
  do
#define EACH(r) \
  WRITES(r) \
  :: d_step { inbox[r]?m -> \
       if \
       :: IS_STABLE(m) && m > STABLE(stable[r]) -> stable[r] = m - STABLE(0); send_stable(r) \
       :: !IS_STABLE(m) && FROM(m) + back[r] <= r && PLACE(m) > length[r] -> \
          k = VALUE(m); append(r, k); k = 0 \
       :: else \
       fi; \
       m = 0 } \
  :: d_step { !failed[r] && !IS_TAIL(r) && failed[NEXT(r)] -> \
       do \
       :: !IS_TAIL(r) && failed[NEXT(r)] -> hop[r] = hop[r] + 1 \
       :: else -> break \
       od; \
       if \
       :: IS_TAIL(r) -> settle(r) \
       :: else -> \
          k = stable[r]; \
          do \
          :: k < length[r] -> send(NEXT(r), UPDATE(r, k + 1, AT(r, k))); k = k + 1 \
          :: else -> break \
          od; \
          k = 0 \
       fi } \
  :: d_step { !failed[r] && !IS_HEAD(r) && failed[r - back[r]] -> \
       do \
       :: !IS_HEAD(r) && failed[r - back[r]] -> back[r] = back[r] + 1 \
       :: else -> break \
       od; \
       send_stable(r) } \
  :: d_step { !failed[r] && failures < FAILURES -> \
       failures = failures + 1; failed[r] = true; \
       log[r] = 0; length[r] = 0; stable[r] = 0; hop[r] = 0; back[r] = 0; \
       do \
       :: inbox[r]?m \
       :: empty(inbox[r]) -> break \
       od; \
       m = 0 }
#include "each.pml"
#undef EACH
  od
}
