-- Checkpoints: what a workflow needs from PostgreSQL in order to survive its workers.
--
-- One script for PostgreSQL 16, 17 and 18, without extensions. It creates everything in the first
-- schema of search_path and may be loaded again at any time: it only adds what is missing and
-- replaces the functions. Each function remembers the search_path it was created under, so it may
-- be called with its schema's name from anywhere.
--
-- THE IDEA. A workflow is run by one worker at a time, and nobody can know whether a silent worker
-- is dead. So a recovery does not ask. It raises the workflow's epoch, and whatever the old worker
-- still writes under the old epoch is refused: the worker is fenced. Every function below that
-- writes takes a row lock on the workflow first, so all writes of one workflow happen one after
-- another, and each function is one transaction when it is called as one statement.
--
-- TABLES
--   workflows     One row each. `epoch` starts at 1 and grows by one with each recovery. `head_id`
--                 is the checkpoint that the next one must name as its parent, `chain` a copy of
--                 that checkpoint's chain hash, kept apart from it so that a rewritten tail is
--                 noticed. `next_seq` is the number of checkpoints ever saved. `status` is running
--                 or done.
--   checkpoints   Append-only. `seq` is dense per workflow and is the order of commit; `created_at`
--                 is for people and orders nothing, since clocks and sequences do not follow
--                 commits. `step` is the caller's count of transitions. `parent_id` is the head it
--                 was saved on (null for the first). `state_sha256` hashes the state as jsonb
--                 prints it, which is the same text for every order of keys. `chain_sha256` hashes
--                 the parent's chain hash, both ids, seq, step, final and the state hash: a
--                 rewritten or exchanged row breaks its own link or its child's. `final` marks the
--                 state that ended the workflow. `superseded_by` is null on the live path, else the
--                 recovery that left it behind. Superseded rows are never deleted: they are the
--                 evidence of what was undone.
--   recoveries    One row for each recovery: where it went back to, and both epochs.
--   effects       What an invoked effect answered, under its memo id (for example 'wf/3/0':
--                 workflow, transition, effect). A worker that replays finds the answer instead of
--                 executing again. `source` and `input_sha256` say what was executed; a replay that
--                 would execute something else under the same id is not a replay, and is refused.
--                 Recovery leaves this table alone, because the world has not been rolled back.
--
-- FUNCTIONS
--   start_workflow(workflow, checkpoint, state) -> epoch
--       Creates the workflow with its checkpoint number 0. The same call again answers 1 again as
--       long as nobody has recovered the workflow; later it is refused as fenced. Another caller's
--       start (a different checkpoint or state) is refused: two workers must not both believe they
--       own it.
--   save_checkpoint(workflow, epoch, checkpoint, parent, step, state, final = false) -> seq
--       The caller chooses the checkpoint's id before it calls, so that it can call again when the
--       answer was lost. With final = true the workflow is done in the same transaction.
--       The id is looked up BEFORE a save is called fenced. Otherwise a worker whose save was
--       committed but whose answer was lost would be told "fenced" after a recovery that started
--       from that very checkpoint: the history would contain what its author believes refused. So a
--       retry of a committed save is answered with its seq, whatever the epoch, as long as the
--       checkpoint is on the live path; if a recovery left it behind, the answer is fenced.
--   begin_workflows(starts), append_checkpoints(saves)
--       What the two above do when nothing stands in their way, for many workflows in one statement.
--       What they leave undone, the two above explain.
--   recover_from_checkpoint(workflow, checkpoint) -> state
--       Goes back to a checkpoint of the live path, and fences whoever ran the workflow. Calling it
--       twice gives the same state but another epoch, so that of two recoverers only the later one
--       can go on. Read the epoch from `workflows`, or use the longer form, which returns it.
--   recover_from_checkpoint(workflow, checkpoint, recovery)
--       -> row (epoch, checkpoint_id, seq, step, state_data, status)
--       The same under a recovery id that the caller chooses: a repeated call with the same id
--       gives the same epoch, until another recovery takes over; then it is fenced. A null
--       checkpoint means the head, read under the lock. A superseded checkpoint is not a target:
--       what led up to it was undone, and the workflow has since gone another way. If the target is
--       damaged the call fails, and its hint names the newest checkpoint that is intact; to fall
--       back on that is a decision, not a default. A workflow that is done: naming its last
--       checkpoint is a read, which answers the final state and leaves the epoch alone, since there
--       is nobody to fence and nothing to run; a worker that lost the answer to its last save thus
--       learns the result. Any other target is refused, because it would undo what others were told
--       is finished.
--   intact_checkpoints(workflow) -> rows (checkpoint_id, seq)
--       The live checkpoints whose hashes hold, oldest first. A damaged state in an earlier
--       checkpoint does not disqualify later ones, which carry their own; a damaged hash does.
--   save_effect(workflow, epoch, effect, source, input, outcome) -> outcome
--       Remembers an answer; the first one stays and is returned. Fenced by epoch when it is new.
--   find_effect(workflow, effect, source, input) -> outcome, or null when there is none yet.
--
-- ERRORS (SQLSTATE)
--   RC001 fenced: another recovery has taken the workflow over; this worker must stop
--   RC002 the named parent is not the workflow's head
--   RC003 the named checkpoint was superseded by a recovery
--   RC004 the workflow is done
--   RC005 an id was used before, for something else
--   RC006 no such workflow or checkpoint
--   RC007 an effect's source or input differ from what its memo id stands for
--   XX001 (PostgreSQL's own data_corrupted) a checkpoint is damaged; the hint names an intact one
--     (of a head that was moved back by hand: the checkpoint that had been saved behind it)
--
-- WHAT THIS DOES NOT DO. The hashes find accidents and careless edits, not an adversary who can
-- write to the tables and recompute them. An answer of COMMIT is as durable as the server's
-- configuration makes it (fsync, synchronous_commit, synchronous_standby_names).

BEGIN;

-- Two sessions that load the script at once would otherwise fail on each other's catalog rows.
SELECT pg_advisory_xact_lock(7239054617342);

CREATE TABLE IF NOT EXISTS workflows (
  workflow_id uuid PRIMARY KEY,
  epoch bigint NOT NULL DEFAULT 1,
  next_seq bigint NOT NULL DEFAULT 1,
  head_id uuid NOT NULL,
  chain bytea NOT NULL,
  status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 70); -- Room for new versions of a row, which its indexes need not know of.

CREATE INDEX IF NOT EXISTS workflows_running ON workflows (created_at, workflow_id)
  WHERE status = 'running';

CREATE TABLE IF NOT EXISTS recoveries (
  recovery_id uuid PRIMARY KEY,
  workflow_id uuid NOT NULL REFERENCES workflows,
  checkpoint_id uuid NOT NULL,
  old_epoch bigint NOT NULL,
  new_epoch bigint NOT NULL CHECK (new_epoch = old_epoch + 1),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (workflow_id, new_epoch)
);

CREATE TABLE IF NOT EXISTS checkpoints (
  workflow_id uuid NOT NULL REFERENCES workflows,
  checkpoint_id uuid NOT NULL,
  state_data jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seq bigint NOT NULL,
  step bigint NOT NULL CHECK (step >= 0),
  epoch bigint NOT NULL,
  parent_id uuid CHECK ((parent_id IS NULL) = (seq = 0)),
  state_sha256 bytea NOT NULL,
  chain_sha256 bytea NOT NULL,
  final boolean NOT NULL DEFAULT false,
  superseded_by uuid REFERENCES recoveries,
  PRIMARY KEY (workflow_id, checkpoint_id),
  UNIQUE (workflow_id, seq),
  FOREIGN KEY (workflow_id, parent_id) REFERENCES checkpoints
);

CREATE TABLE IF NOT EXISTS effects (
  workflow_id uuid NOT NULL REFERENCES workflows,
  effect_id text NOT NULL,
  source text NOT NULL,
  input_sha256 bytea NOT NULL,
  outcome jsonb NOT NULL,
  epoch bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workflow_id, effect_id)
);

CREATE OR REPLACE FUNCTION sha256_of(p_value jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to(p_value::text, 'UTF8'));

-- Fixed-width parts, so that no two different links share their bytes. The first link has no
-- parent.
CREATE OR REPLACE FUNCTION chain_link(
  p_parent_chain bytea, p_workflow_id uuid, p_checkpoint_id uuid, p_seq bigint, p_step bigint,
  p_final boolean, p_state_sha256 bytea
) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(
  coalesce(p_parent_chain, sha256(''::bytea)) || uuid_send(p_workflow_id)
  || uuid_send(p_checkpoint_id) || int8send(p_seq) || int8send(p_step) || boolsend(p_final)
  || p_state_sha256
);

CREATE OR REPLACE FUNCTION locked_workflow(p_workflow_id uuid) RETURNS workflows
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  w workflows;
BEGIN
  SELECT * INTO w FROM workflows AS x WHERE x.workflow_id = p_workflow_id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no workflow %', p_workflow_id USING ERRCODE = 'RC006';
  END IF;
  RETURN w;
END
$$;

CREATE OR REPLACE FUNCTION require_epoch(w workflows, p_epoch bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF w.epoch IS DISTINCT FROM p_epoch THEN
    RAISE EXCEPTION 'workflow % is in epoch %, not %', w.workflow_id, w.epoch, p_epoch
      USING ERRCODE = 'RC001', HINT = 'another recovery has taken over; this worker must stop';
  END IF;
END
$$;

-- Creates those of the workflows that nobody has created, each with its checkpoint number 0, and
-- answers how many those are.
CREATE OR REPLACE FUNCTION begin_workflows(p_starts json) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT
SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  begun bigint;
BEGIN
  WITH hashed AS MATERIALIZED (
    SELECT DISTINCT ON (s.workflow_id) s.*, sha256_of(s.state_data) AS hash
    FROM json_to_recordset(p_starts) AS s (
      workflow_id uuid, checkpoint_id uuid, state_data jsonb
    ) ORDER BY s.workflow_id
  ), asked AS MATERIALIZED (
    SELECT h.*, chain_link(NULL, h.workflow_id, h.checkpoint_id, 0, 0, false, h.hash) AS link
    FROM hashed AS h
  ), fresh AS (
    INSERT INTO workflows AS w (workflow_id, head_id, chain)
    SELECT a.workflow_id, a.checkpoint_id, a.link FROM asked AS a
    ON CONFLICT DO NOTHING
    RETURNING w.workflow_id
  )
  INSERT INTO checkpoints
    (workflow_id, checkpoint_id, state_data, seq, step, epoch, state_sha256, chain_sha256)
  SELECT a.workflow_id, a.checkpoint_id, a.state_data, 0, 0, 1, a.hash, a.link
  FROM fresh AS f JOIN asked AS a ON a.workflow_id = f.workflow_id;
  GET DIAGNOSTICS begun = ROW_COUNT;
  RETURN begun;
END
$$;

CREATE OR REPLACE FUNCTION start_workflow(
  p_workflow_id uuid, p_checkpoint_id uuid, p_state_data jsonb
) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  w workflows;
BEGIN
  IF begin_workflows(json_build_array(json_build_object(
    'workflow_id', p_workflow_id, 'checkpoint_id', p_checkpoint_id, 'state_data', p_state_data
  ))) = 1 THEN
    RETURN 1;
  END IF;
  w := locked_workflow(p_workflow_id);
  PERFORM FROM checkpoints AS c
  WHERE c.workflow_id = p_workflow_id AND c.seq = 0 AND c.chain_sha256 = chain_link(
    NULL, p_workflow_id, p_checkpoint_id, 0, 0, false, sha256_of(p_state_data)
  );
  IF NOT FOUND THEN
    RAISE EXCEPTION 'workflow % was started by somebody else', p_workflow_id
      USING ERRCODE = 'RC005', HINT = 'choose a new workflow id, or recover this workflow';
  END IF;
  PERFORM require_epoch(w, 1);
  RETURN 1;
END
$$;

-- Saves those of the checkpoints that may be saved, and says nothing of the others: whoever may move
-- a head does so by the statement that takes the lock. Locks are taken in the order of workflows.
-- The planner is told the one good plan, an index search for each: it cannot know how large the
-- tables will have become.
CREATE OR REPLACE FUNCTION append_checkpoints(p_saves json)
RETURNS TABLE (checkpoint_id uuid, seq bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY WITH asked AS MATERIALIZED (
    SELECT s.*, sha256_of(s.state_data) AS hash FROM json_to_recordset(p_saves) AS s (
      workflow_id uuid, epoch bigint, checkpoint_id uuid, parent_id uuid, step bigint,
      state_data jsonb, final boolean
    ) ORDER BY s.workflow_id
  ), moved AS (
    UPDATE workflows AS w
    SET head_id = a.checkpoint_id, next_seq = w.next_seq + 1,
      chain = chain_link(
        w.chain, a.workflow_id, a.checkpoint_id, w.next_seq, a.step, a.final, a.hash
      ),
      status = CASE WHEN a.final THEN 'done' ELSE 'running' END
    FROM asked AS a
    WHERE w.workflow_id = a.workflow_id AND w.epoch = a.epoch AND w.head_id = a.parent_id
      AND w.status <> 'done' -- Not = 'running', or the index of those is searched.
      AND NOT EXISTS (
        SELECT FROM checkpoints AS c
        WHERE c.workflow_id = a.workflow_id AND c.checkpoint_id = a.checkpoint_id
      )
    RETURNING a.*, w.next_seq - 1 AS next, w.chain
  )
  INSERT INTO checkpoints AS c (
    workflow_id, checkpoint_id, state_data, seq, step, epoch, parent_id, state_sha256,
    chain_sha256, final
  )
  SELECT m.workflow_id, m.checkpoint_id, m.state_data, m.next, m.step, m.epoch, m.parent_id,
    m.hash, m.chain, m.final
  FROM moved AS m
  RETURNING c.checkpoint_id, c.seq;
END
$$;

CREATE OR REPLACE FUNCTION save_checkpoint(
  p_workflow_id uuid, p_epoch bigint, p_checkpoint_id uuid, p_parent_id uuid, p_step bigint,
  p_state_data jsonb, p_final boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  saved_seq bigint;
  w workflows;
  earlier checkpoints;
BEGIN
  SELECT a.seq INTO saved_seq FROM append_checkpoints(json_build_array(json_build_object(
    'workflow_id', p_workflow_id, 'epoch', p_epoch, 'checkpoint_id', p_checkpoint_id,
    'parent_id', p_parent_id, 'step', p_step, 'state_data', p_state_data, 'final', p_final
  ))) AS a;
  IF FOUND THEN
    RETURN saved_seq;
  END IF;

  -- It was saved before, or this is why not. No epoch and no head comes back, so that what did not
  -- fit then does not fit now.
  w := locked_workflow(p_workflow_id);
  SELECT * INTO earlier FROM checkpoints AS c
  WHERE c.workflow_id = p_workflow_id AND c.checkpoint_id = p_checkpoint_id;
  IF FOUND THEN
    IF (earlier.parent_id, earlier.step, earlier.final, earlier.state_sha256)
      IS DISTINCT FROM (p_parent_id, p_step, p_final, sha256_of(p_state_data))
    THEN
      RAISE EXCEPTION 'checkpoint % was saved before with other content', p_checkpoint_id
        USING ERRCODE = 'RC005', HINT = 'choose a new id for every checkpoint';
    ELSIF earlier.superseded_by IS NOT NULL THEN
      RAISE EXCEPTION 'checkpoint % was saved, but recovery % went back before it',
        p_checkpoint_id, earlier.superseded_by
        USING ERRCODE = 'RC001', HINT = 'another recovery has taken over; this worker must stop';
    ELSIF w.head_id = earlier.parent_id THEN
      RAISE EXCEPTION 'the head of workflow % was moved back by hand', p_workflow_id
        USING ERRCODE = 'XX001', HINT = 'its last checkpoint is ' || p_checkpoint_id;
    END IF;
    RETURN earlier.seq;
  END IF;
  PERFORM require_epoch(w, p_epoch);
  IF w.status = 'done' THEN
    RAISE EXCEPTION 'workflow % is done', p_workflow_id USING ERRCODE = 'RC004';
  END IF;
  RAISE EXCEPTION 'the head of workflow % is %, not %', p_workflow_id, w.head_id, p_parent_id
    USING ERRCODE = 'RC002', HINT = 'save on the checkpoint that was saved or recovered last';
END
$$;

-- Follows the live path from checkpoint 0 as long as the links hold. The head must also agree with
-- the copy of its chain hash in `workflows`.
CREATE OR REPLACE FUNCTION linked_checkpoints(p_workflow_id uuid)
RETURNS TABLE (checkpoint_id uuid, seq bigint)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  WITH RECURSIVE path AS (
    SELECT c.checkpoint_id, c.seq, c.chain_sha256
    FROM checkpoints AS c
    WHERE c.workflow_id = p_workflow_id AND c.seq = 0
      AND c.chain_sha256 = chain_link(
        NULL, p_workflow_id, c.checkpoint_id, c.seq, c.step, c.final, c.state_sha256
      )
    UNION ALL
    SELECT c.checkpoint_id, c.seq, c.chain_sha256
    FROM path AS p
    JOIN checkpoints AS c
      ON c.workflow_id = p_workflow_id AND c.parent_id = p.checkpoint_id
        AND c.superseded_by IS NULL AND c.seq > p.seq
    WHERE c.chain_sha256 = chain_link(
      p.chain_sha256, p_workflow_id, c.checkpoint_id, c.seq, c.step, c.final, c.state_sha256
    )
  )
  SELECT p.checkpoint_id, p.seq
  FROM path AS p
  JOIN workflows AS w ON w.workflow_id = p_workflow_id
  WHERE w.head_id <> p.checkpoint_id OR w.chain = p.chain_sha256
$$;

CREATE OR REPLACE FUNCTION intact_checkpoints(p_workflow_id uuid)
RETURNS TABLE (checkpoint_id uuid, seq bigint)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT l.checkpoint_id, l.seq
  FROM linked_checkpoints(p_workflow_id) AS l
  JOIN checkpoints AS c ON c.workflow_id = p_workflow_id AND c.checkpoint_id = l.checkpoint_id
  WHERE sha256_of(c.state_data) = c.state_sha256
  ORDER BY l.seq
$$;

CREATE OR REPLACE FUNCTION require_intact(target checkpoints) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  newest uuid;
BEGIN
  IF sha256_of(target.state_data) = target.state_sha256 THEN
    PERFORM FROM linked_checkpoints(target.workflow_id) AS l
    WHERE l.checkpoint_id = target.checkpoint_id;
    IF FOUND THEN
      RETURN;
    END IF;
  END IF;
  SELECT i.checkpoint_id INTO newest FROM intact_checkpoints(target.workflow_id) AS i
  ORDER BY i.seq DESC LIMIT 1;
  RAISE EXCEPTION 'checkpoint % of workflow % is damaged', target.checkpoint_id, target.workflow_id
    USING ERRCODE = 'XX001',
      HINT = 'the newest intact checkpoint is ' || coalesce(newest::text, 'none');
END
$$;

CREATE OR REPLACE FUNCTION recover_from_checkpoint(
  p_workflow_id uuid, p_checkpoint_id uuid, p_recovery_id uuid
) RETURNS TABLE (
  epoch bigint, checkpoint_id uuid, seq bigint, step bigint, state_data jsonb, status text
)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
  w workflows := locked_workflow(p_workflow_id);
  target_id uuid := coalesce(p_checkpoint_id, w.head_id);
  known recoveries;
  target checkpoints;
BEGIN
  SELECT * INTO known FROM recoveries AS r WHERE r.recovery_id = p_recovery_id;
  IF FOUND THEN
    target_id := coalesce(p_checkpoint_id, known.checkpoint_id);
    IF (known.workflow_id, known.checkpoint_id) IS DISTINCT FROM (p_workflow_id, target_id) THEN
      RAISE EXCEPTION 'recovery % was made before, of something else', p_recovery_id
        USING ERRCODE = 'RC005', HINT = 'choose a new id for every recovery';
    END IF;
    PERFORM require_epoch(w, known.new_epoch);
  END IF;

  SELECT * INTO target FROM checkpoints AS c
  WHERE c.workflow_id = p_workflow_id AND c.checkpoint_id = target_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'workflow % has no checkpoint %', p_workflow_id, target_id
      USING ERRCODE = 'RC006';
  ELSIF target.superseded_by IS NOT NULL THEN
    RAISE EXCEPTION 'checkpoint % was superseded by recovery %', target_id, target.superseded_by
      USING ERRCODE = 'RC003', HINT = 'the head is ' || w.head_id;
  ELSIF w.status = 'done' AND target_id <> w.head_id AND known.recovery_id IS NULL THEN
    RAISE EXCEPTION 'workflow % is done', p_workflow_id
      USING ERRCODE = 'RC004', HINT = 'its final checkpoint is ' || w.head_id;
  END IF;
  PERFORM require_intact(target);

  IF w.status = 'running' AND known.recovery_id IS NULL THEN
    INSERT INTO recoveries (recovery_id, workflow_id, checkpoint_id, old_epoch, new_epoch)
    VALUES (p_recovery_id, p_workflow_id, target_id, w.epoch, w.epoch + 1);
    UPDATE checkpoints AS c SET superseded_by = p_recovery_id
    WHERE c.workflow_id = p_workflow_id AND c.seq > target.seq AND c.superseded_by IS NULL;
    UPDATE workflows AS x
    SET epoch = w.epoch + 1, head_id = target_id, chain = target.chain_sha256
    WHERE x.workflow_id = p_workflow_id
    RETURNING x.* INTO w;
  END IF;
  RETURN QUERY SELECT w.epoch, target_id, target.seq, target.step, target.state_data, w.status;
END
$$;

CREATE OR REPLACE FUNCTION recover_from_checkpoint(p_workflow_id uuid, p_checkpoint_id uuid)
RETURNS jsonb
LANGUAGE sql SET search_path FROM CURRENT AS $$
  SELECT r.state_data
  FROM recover_from_checkpoint(p_workflow_id, p_checkpoint_id, gen_random_uuid()) AS r
$$;

CREATE OR REPLACE FUNCTION find_effect(
  p_workflow_id uuid, p_effect_id text, p_source text, p_input jsonb
) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
  memo effects;
BEGIN
  SELECT * INTO memo FROM effects AS e
  WHERE e.workflow_id = p_workflow_id AND e.effect_id = p_effect_id;
  IF FOUND AND (memo.source, memo.input_sha256) IS DISTINCT FROM (p_source, sha256_of(p_input)) THEN
    RAISE EXCEPTION 'effect % stands for %, with % input, not for %', p_effect_id, memo.source,
      CASE WHEN memo.input_sha256 = sha256_of(p_input) THEN 'this' ELSE 'another' END, p_source
      USING ERRCODE = 'RC007',
        HINT = 'the machine took another path than the one it replays; was it changed?';
  END IF;
  RETURN memo.outcome;
END
$$;

CREATE OR REPLACE FUNCTION save_effect(
  p_workflow_id uuid, p_epoch bigint, p_effect_id text, p_source text, p_input jsonb,
  p_outcome jsonb
) RETURNS jsonb
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  w workflows := locked_workflow(p_workflow_id);
  earlier jsonb := find_effect(p_workflow_id, p_effect_id, p_source, p_input);
BEGIN
  IF earlier IS NOT NULL THEN
    RETURN earlier;
  END IF;
  PERFORM require_epoch(w, p_epoch);
  IF w.status = 'done' THEN
    RAISE EXCEPTION 'workflow % is done', p_workflow_id USING ERRCODE = 'RC004';
  END IF;
  INSERT INTO effects (workflow_id, effect_id, source, input_sha256, outcome, epoch)
  VALUES (p_workflow_id, p_effect_id, p_source, sha256_of(p_input), p_outcome, p_epoch);
  RETURN p_outcome;
END
$$;

COMMIT;
