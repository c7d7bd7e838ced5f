-- Executions: who runs which workflow, on top of checkpoints.sql.
--
-- Loaded after checkpoints.sql into the same schema, as often as one likes. It decides nothing about
-- safety: whoever holds a workflow's epoch may write (spec 5.9). What is added here is liveness: a
-- workflow whose worker has gone is found and taken over.
--
-- TABLES
--   workers         One row for each executor that is or was alive. It lives until `lease_until`, by
--                   the database's clock; it must renew before that.
--   executions      One row for each workflow that an executor started: which orchestration and
--                   version it is of, its key (the name people know it by), and the worker that
--                   holds it (null: nobody yet), since which claim. `cancelled` is a request, delivered to the machine by
--                   whoever holds it. `blocked` says why nobody should try again by himself.
--   schema_version  One row: what a program must know of this schema in order to use it.
--
-- FUNCTIONS
--   renew_lease(worker, milliseconds, description) -> boolean
--       Makes the worker known, or lets it live on. False: its lease had run out, and others may
--       hold its workflows; it must let go of all of them and come back under another id.
--   start_executions(worker, starts) -> rows (checkpoint_id, is_new)
--       Starts workflows with their checkpoints 0. A start that was made before, with the same
--       orchestration, version and input state, is answered with false, whoever holds it now (with
--       true, if it was this very call, whose answer was lost); another one under the same id is
--       refused (RC005). A null worker leaves it to anybody, and
--       tells those who listen.
--   save_checkpoints(saves) -> void
--       All of these checkpoints (objects with the columns that save_checkpoint takes) or none: the
--       error is that of the first that cannot be saved.
--   claim_executions(worker, claim, abandoned, names, versions, limit) -> rows
--       Takes over up to `limit` unfinished workflows of these orchestrations, the oldest first, and
--       recovers each from its head: of a worker whose lease has run out, of nobody, or of this
--       worker itself if it says that it has abandoned it, or took it under this same claim (whose
--       answer was lost: the caller chooses the id, and keeps it until it is answered). Two claims
--       never meet (SKIP LOCKED). A workflow whose checkpoint is damaged is blocked instead.
--   release_executions(worker) -> void
--       The worker goes: what it holds may be claimed at once.
--   block_execution(workflow, epoch, reason) / unblock_execution(workflow)
--   cancel_execution(workflow) -> boolean, false when the workflow is done.
--
-- Whoever locks rows of both tables locks the one of executions first.

BEGIN;

SELECT pg_advisory_xact_lock(7239054617342);

CREATE TABLE IF NOT EXISTS schema_version (
  version integer NOT NULL,
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);

CREATE TABLE IF NOT EXISTS workers (
  worker_id uuid PRIMARY KEY,
  lease_until timestamptz NOT NULL,
  description text NOT NULL
);

CREATE TABLE IF NOT EXISTS executions (
  workflow_id uuid PRIMARY KEY REFERENCES workflows,
  orchestration text NOT NULL,
  version text NOT NULL,
  key text NOT NULL,
  owner uuid,
  claim uuid,
  cancelled boolean NOT NULL DEFAULT false,
  blocked jsonb
);

CREATE OR REPLACE FUNCTION tell_executors(p_what text) RETURNS void
LANGUAGE sql SET search_path FROM CURRENT AS $$
  SELECT pg_notify('reconverge', current_schema() || ' ' || p_what)
$$;

CREATE OR REPLACE FUNCTION renew_lease(
  p_worker uuid, p_milliseconds integer, p_description text
) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  until timestamptz := clock_timestamp() + p_milliseconds * interval '1 millisecond';
BEGIN
  INSERT INTO workers AS k (worker_id, lease_until, description)
  VALUES (p_worker, until, p_description)
  ON CONFLICT (worker_id) DO UPDATE SET lease_until = until
  WHERE k.lease_until >= clock_timestamp();
  RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION start_executions(p_worker uuid, p_starts json)
RETURNS TABLE (checkpoint_id uuid, is_new boolean)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
  s record;
  earlier executions;
BEGIN
  IF begin_workflows(p_starts) = json_array_length(p_starts) THEN
    RETURN QUERY WITH asked AS MATERIALIZED (
      SELECT * FROM json_to_recordset(p_starts) AS x (
        workflow_id uuid, orchestration text, version text, key text, checkpoint_id uuid
      )
    ), noted AS (
      INSERT INTO executions (workflow_id, orchestration, version, key, owner)
      SELECT a.workflow_id, a.orchestration, a.version, a.key, p_worker FROM asked AS a
    )
    SELECT a.checkpoint_id, true FROM asked AS a;
  ELSE
    -- One at a time, those begun just now included: which were there before, and as what?
    FOR s IN
      SELECT * FROM json_to_recordset(p_starts) AS x (
        workflow_id uuid, orchestration text, version text, key text, checkpoint_id uuid,
        state_data jsonb
      ) ORDER BY x.workflow_id
    LOOP
      SELECT * INTO earlier FROM executions AS e WHERE e.workflow_id = s.workflow_id;
      IF FOUND THEN
        PERFORM FROM checkpoints AS c
        WHERE c.workflow_id = s.workflow_id AND c.seq = 0
          AND c.state_sha256 = sha256_of(s.state_data)
          AND (earlier.orchestration, earlier.version) = (s.orchestration, s.version);
        IF NOT FOUND THEN
          RAISE EXCEPTION 'workflow % was started before, as something else', s.workflow_id
            USING ERRCODE = 'RC005', HINT = 'choose another key';
        END IF;
        RETURN QUERY
        SELECT s.checkpoint_id, w.epoch = 1 AND c.checkpoint_id = s.checkpoint_id
        FROM workflows AS w JOIN checkpoints AS c ON c.workflow_id = w.workflow_id AND c.seq = 0
        WHERE w.workflow_id = s.workflow_id;
      ELSE
        PERFORM start_workflow(s.workflow_id, s.checkpoint_id, s.state_data);
        INSERT INTO executions (workflow_id, orchestration, version, key, owner)
        VALUES (s.workflow_id, s.orchestration, s.version, s.key, p_worker);
        RETURN QUERY SELECT s.checkpoint_id, true;
      END IF;
    END LOOP;
  END IF;
  IF p_worker IS NULL THEN
    PERFORM tell_executors('start');
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION save_checkpoints(p_saves json) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF (SELECT count(*) FROM append_checkpoints(p_saves)) < json_array_length(p_saves) THEN
    -- Those that are saved say so again; the others say why not, or that they had been before.
    PERFORM save_checkpoint(
      s.workflow_id, s.epoch, s.checkpoint_id, s.parent_id, s.step, s.state_data, s.final
    ) FROM json_populate_recordset(NULL::checkpoints, p_saves) AS s;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION claim_executions(
  p_worker uuid, p_claim uuid, p_abandoned uuid[], p_names text[], p_versions text[],
  p_limit integer
) RETURNS TABLE (
  workflow_id uuid, orchestration text, version text, key text, cancelled boolean,
  epoch bigint, checkpoint_id uuid, step bigint, state_data jsonb
)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
  e executions;
  place record;
BEGIN
  FOR e IN
    SELECT x.* FROM workflows AS w
    JOIN executions AS x ON x.workflow_id = w.workflow_id
    WHERE w.status = 'running' AND x.blocked IS NULL
      AND (x.orchestration, x.version) IN (SELECT * FROM unnest(p_names, p_versions))
      -- A subquery, not a join: only it is looked at again when the row was claimed meanwhile.
      AND (
        NOT EXISTS (
          SELECT FROM workers AS k
          WHERE k.worker_id = x.owner AND k.lease_until >= statement_timestamp()
        )
        OR (x.owner = p_worker AND (x.claim = p_claim OR x.workflow_id = ANY (p_abandoned)))
      )
    ORDER BY w.created_at, w.workflow_id LIMIT p_limit
    FOR UPDATE OF x SKIP LOCKED
  LOOP
    BEGIN
      SELECT * INTO place
      FROM recover_from_checkpoint(e.workflow_id, NULL, gen_random_uuid()) AS r;
      IF place.status = 'running' THEN
        UPDATE executions AS x SET owner = p_worker, claim = p_claim WHERE x.workflow_id = e.workflow_id;
        RETURN QUERY SELECT e.workflow_id, e.orchestration, e.version, e.key, e.cancelled,
          place.epoch, place.checkpoint_id, place.step, place.state_data;
      END IF;
    EXCEPTION WHEN data_corrupted THEN
      UPDATE executions AS x
      SET blocked = jsonb_build_object('code', SQLSTATE, 'message', SQLERRM)
      WHERE x.workflow_id = e.workflow_id;
    END;
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION release_executions(p_worker uuid) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  DELETE FROM workers AS k WHERE k.worker_id = p_worker;
  PERFORM tell_executors('release');
END
$$;

CREATE OR REPLACE FUNCTION block_execution(p_workflow_id uuid, p_epoch bigint, p_reason jsonb)
RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM FROM executions AS x WHERE x.workflow_id = p_workflow_id FOR UPDATE;
  PERFORM require_epoch(locked_workflow(p_workflow_id), p_epoch);
  UPDATE executions AS x SET blocked = p_reason, owner = NULL
  WHERE x.workflow_id = p_workflow_id;
END
$$;

CREATE OR REPLACE FUNCTION unblock_execution(p_workflow_id uuid) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE executions AS x SET blocked = NULL, owner = NULL
  WHERE x.workflow_id = p_workflow_id AND x.blocked IS NOT NULL;
  IF FOUND THEN
    PERFORM tell_executors('resume');
  END IF;
  RETURN FOUND;
END
$$;

CREATE OR REPLACE FUNCTION cancel_execution(p_workflow_id uuid) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE executions AS x SET cancelled = true WHERE x.workflow_id = p_workflow_id;
  PERFORM FROM workflows AS w WHERE w.workflow_id = p_workflow_id AND w.status = 'running';
  IF FOUND THEN
    PERFORM tell_executors('cancel ' || p_workflow_id);
  END IF;
  RETURN FOUND;
END
$$;

INSERT INTO schema_version (version) VALUES (3)
ON CONFLICT (only_row) DO UPDATE SET version = greatest(schema_version.version, 3);

COMMIT;
