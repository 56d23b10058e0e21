-- What the extension puts into the catalog.
BEGIN;
SELECT plan(11);

CREATE TEMPORARY VIEW own_function AS
SELECT p.*, p.oid::regprocedure::text AS signature
FROM   pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN   pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
WHERE  e.extname = 'influence';

SELECT is_empty($$
	SELECT pg_describe_object(d.classid, d.objid, d.objsubid)
	FROM   pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	WHERE  e.extname = 'influence'
	-- array types and operator families come by themselves, and casts have nothing to say
	AND    d.classid NOT IN ('pg_opfamily'::regclass, 'pg_cast'::regclass)
	AND    NOT (d.classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type t WHERE t.oid = d.objid AND t.typelem <> 0 AND t.typcategory = 'A'))
	AND    obj_description(d.objid, d.classid::regclass::name) IS NULL$$,
	'every object has a comment');

SELECT is_empty($$SELECT signature FROM own_function WHERE proparallel <> 's'$$, 'everything is parallel safe');

SELECT set_eq($$SELECT proname || '' FROM own_function WHERE provolatile = 's'$$,
              ARRAY['attribution_model_in', 'attribution_window_in', 'led_to_sel', 'led_to_joinsel'],
              'only what reads settings or statistics is stable');
SELECT is_empty($$SELECT signature FROM own_function WHERE provolatile = 'v'$$, 'nothing is volatile');

SELECT set_eq($$SELECT DISTINCT proname || '' FROM own_function WHERE NOT proisstrict AND prokind <> 'a'$$,
              ARRAY['attribution_credit', 'attribution_amount', 'influence', 'influence_score', 'klout_score', 'kred_influence', 'kred_points', 'peerindex_score', 'touch_add', 'purchase_add', 'journey_add',
                    'lift_add', 'lift_summary_combine', 'lift_summary_final', 'cycle_add', 'purchase_cycle_combine', 'purchase_cycle_final', 'purchase_stage', 'in_market',
                    'touch_set_combine', 'purchase_set_combine', 'journey_set_combine', 'touch_set_final', 'purchase_set_final', 'journey_set_final'],
              'what treats NULL itself');

SELECT set_eq($$SELECT signature FROM own_function WHERE proleakproof$$,
              ARRAY(SELECT format('%s(%s,%s)', f, t, t)
                    FROM unnest(ARRAY['led_to', 'came_from']) AS f, unnest(ARRAY['timestamp with time zone', 'timestamp without time zone', 'date']) AS t),
              'leakproof is what cannot raise an error');

SELECT is_empty($$SELECT signature FROM own_function WHERE prosecdef OR (prokind <> 'a' AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c'))$$,
                'no SECURITY DEFINER, and all in C');

SELECT is_empty($$
	SELECT o.oid::regoperator FROM pg_operator o JOIN pg_depend d ON d.classid = 'pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'influence'
	WHERE o.oprcom = 0 OR (o.oprresult = 'boolean'::regtype AND (o.oprrest = 0 OR o.oprjoin = 0))$$,
	'every operator has a commutator and estimators');

-- analysts and BI tools select from these: plain types only
SELECT is_empty($$
	SELECT signature FROM own_function
	WHERE  prokind = 'w' AND prorettype NOT IN ('text'::regtype, 'bigint'::regtype, 'double precision'::regtype, 'boolean'::regtype, 'timestamptz'::regtype, 'numeric'::regtype)$$,
	'window functions return plain types');
SELECT is_empty($$
	SELECT signature, t FROM own_function, unnest(proallargtypes, proargmodes) AS a(t, mode)
	WHERE  mode IN ('o', 't') AND t NOT IN ('text'::regtype, 'bigint'::regtype, 'double precision'::regtype, 'boolean'::regtype, 'timestamptz'::regtype, 'numeric'::regtype)$$,
	'set-returning functions return columns of plain types');

-- every aggregate can be combined by parallel workers and across servers, and says what it takes
SELECT is_empty($$
	SELECT signature FROM own_function f JOIN pg_aggregate a ON a.aggfnoid = f.oid
	WHERE  aggcombinefn = 0 OR aggtranstype = 'internal'::regtype OR aggtransspace = 0 OR aggfinalmodify <> 'r'$$,
	'aggregates have a combine function, a state of a real type, an estimate of its size and a final function that only reads');

SELECT * FROM finish();
ROLLBACK;
