-- For tests of attribution join and set scan: plans, and what they give beside what the server gives without.
CREATE FUNCTION plan_of(query text, options text DEFAULT 'COSTS OFF') RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; plan text := '';
BEGIN
	FOR line IN EXECUTE format('EXPLAIN (%s) %s', options, query) LOOP plan := plan || line || E'\n'; END LOOP;
	-- from 18 on a window node tells what its window is
	RETURN regexp_replace(plan, '\n *Window: \w+ AS [^\n]*', '', 'g');
END $$;
CREATE FUNCTION is_joined(query text, what text) RETURNS text LANGUAGE sql AS $$
	SELECT matches(plan_of(query), 'AttributionJoin', what) $$;
CREATE FUNCTION is_not_joined(query text, what text) RETURNS text LANGUAGE sql AS $$
	SELECT doesnt_match(plan_of(query), 'AttributionJoin', what) $$;
-- What a query gives with the join is what it gives without. The planner may be forced to take the join;
-- the plain join is then free to scan and to hash, whatever else is turned off.
CREATE FUNCTION same_rows(query text, what text, forced boolean DEFAULT false) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE joined text; plain text; scans text := current_setting('enable_seqscan'); counted text := format('SELECT count(*) || '' '' || sum(hashtextextended(q::text, 0)) FROM (%s) AS q', query);
BEGIN
	IF forced THEN SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; END IF;
	RETURN NEXT is_joined(query, what || ': the plan');
	EXECUTE counted INTO joined;
	IF forced THEN SET LOCAL enable_hashjoin = on; SET LOCAL enable_seqscan = on; END IF;
	SET LOCAL influence.enable_attribution_join = off;
	EXECUTE counted INTO plain;
	SET LOCAL influence.enable_attribution_join = on;
	IF forced THEN SET LOCAL enable_mergejoin = on; PERFORM set_config('enable_seqscan', scans, true); END IF;
	RETURN NEXT is(joined, plain, what || ': the rows');
END $$;
-- what a query gives with the set scan is what it gives without
CREATE FUNCTION same_set(query text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE scanned text; plain text; asked text := format('SELECT string_agg(q::text, E''\n'') FROM (%s) AS q', query);
BEGIN
	RETURN NEXT matches(plan_of(query), 'SetScan', what || ': the plan');
	EXECUTE asked INTO scanned;
	SET LOCAL influence.enable_set_scan = off;
	RETURN NEXT doesnt_match(plan_of(query), 'SetScan', what || ': switched off');
	EXECUTE asked INTO plain;
	SET LOCAL influence.enable_set_scan = on;
	RETURN NEXT is(scanned, plain, what);
END $$;
