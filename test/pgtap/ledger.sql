-- Behaviour of attribution_credit and attribution_amount at the edges.
BEGIN;
SELECT plan(31);

-- one order, from an array of touches: its credits, in the order of the array
CREATE FUNCTION credits(model attribution_model, touched timestamptz[], ordered_at timestamptz,
                        weights double precision[] DEFAULT NULL, priorities integer[] DEFAULT NULL) RETURNS double precision[] LANGUAGE sql AS $$
	SELECT array_agg(credit ORDER BY n)
	FROM  (SELECT n, attribution_credit(model, touched_at, ordered_at, CASE WHEN weights IS NULL THEN 1 ELSE weights[n] END, CASE WHEN priorities IS NULL THEN 0 ELSE priorities[n] END) OVER () AS credit
	       FROM unnest(touched) WITH ORDINALITY AS t(touched_at, n)) AS s
$$;
CREATE FUNCTION amounts(model attribution_model, touched timestamptz[], ordered_at timestamptz, revenue numeric) RETURNS numeric[] LANGUAGE sql AS $$
	SELECT array_agg(amount ORDER BY n)
	FROM  (SELECT n, attribution_amount(model, touched_at, ordered_at, revenue) OVER (ORDER BY n) AS amount
	       FROM unnest(touched) WITH ORDINALITY AS t(touched_at, n)) AS s
$$;

-- rows without a touch, instants that are none
SELECT is(credits('linear', '{NULL}', '2026-01-05'), '{NULL}', 'an order without a touch');
SELECT is(credits('linear', '{2026-01-01,NULL,2026-01-02}', '2026-01-05'), '{0.5,NULL,0.5}', 'a row without a touch among others');
SELECT is(credits('linear', '{2026-01-01,2026-01-02}', NULL), '{NULL,NULL}', 'no instant of the order');
SELECT is(credits(NULL, '{2026-01-01}', '2026-01-05'), '{NULL}', 'no model');
SELECT is(credits('first_touch', '{-infinity,2026-01-02,infinity}', '2026-01-05'), '{0,1,0}', 'infinite touches earn nothing');
SELECT is(credits('linear', '{-infinity,2026-01-02,infinity}', 'infinity'), '{0,0,0}', 'nor does any touch of an infinite order');
SELECT is(credits('last_touch', '{2026-01-05,2026-01-06}', '2026-01-05'), '{1,0}', 'at the order, and after it');
SELECT is(amounts('linear', '{2026-01-06}', '2026-01-05', 10.00), '{0.00}', 'an order whose only touch came after it');
SELECT is(amounts('linear', '{2026-01-01,NULL}', '2026-01-05', NULL), '{NULL,NULL}', 'no revenue');
SELECT is(attribution_credit, NULL, 'an empty partition has no rows') FROM (SELECT attribution_credit('linear', touched_at, touched_at) OVER () FROM (SELECT now() AS touched_at WHERE false) AS e) AS s RIGHT JOIN (VALUES (1)) AS v(x) ON true;

-- weights and priorities
SELECT is(credits('linear', '{2026-01-01,2026-01-02}', '2026-01-05', '{0,0}'), '{0,0}', 'all weights 0: nobody is credited');
SELECT is(credits('first_touch', '{2026-01-01,2026-01-02}', '2026-01-05', '{0,3}'), '{0,1}', 'weight 0 excludes: the first that counts is first');
SELECT is(credits('linear', '{2026-01-01,2026-01-02}', '2026-01-05', '{NULL,1}'), '{0.5,0.5}', 'no weight is weight 1');
SELECT is(credits('linear', '{2026-01-01,2026-01-02}', '2026-01-05', '{1e-100,1e100}'), '{1e-200,1}', 'the lightest and the heaviest');
SELECT is(credits('linear', '{2026-01-01,2026-01-02,2026-01-03}', '2026-01-05', NULL, '{NULL,0,-5}'), '{0.5,0.5,0}', 'no priority is priority 0');
SELECT is(credits('linear', '{2026-01-01,2026-01-02,2026-01-06}', '2026-01-05', NULL, '{1,2,9}'), '{0,1,0}', 'the priority of a touch after the order does not count');
SELECT is(credits('linear', '{2026-01-01,2026-01-02}', '2026-01-05', '{1,0}', '{1,2}'), '{1,0}', 'nor does that of an excluded touch');
SELECT throws_ok($$SELECT credits('linear', '{2026-01-01}', '2026-01-05', '{-1}')$$, '22023', NULL, 'negative weight');
SELECT throws_ok($$SELECT credits('linear', '{2026-01-01}', '2026-01-05', '{Infinity}')$$, '22023', NULL, 'infinite weight');
SELECT throws_ok($$SELECT credits('linear', '{2026-01-01}', '2026-01-05', '{1e-101}')$$, '22023', NULL, 'a weight too small');
SELECT throws_ok($$SELECT amounts('linear', '{2026-01-01}', '2026-01-05', 'Infinity')$$, '22023', NULL, 'infinite revenue');

-- what must be the same in all rows of an order
SELECT throws_ok($$SELECT attribution_credit('linear', touched_at, touched_at) OVER () FROM generate_series(date '2026-01-01', '2026-01-02', '1 day') AS touched_at$$, '22023', 'ordered_at differs between the rows of one order', 'different ordered_at');
SELECT throws_ok($$SELECT attribution_credit(m::attribution_model, date '2026-01-01', date '2026-01-02') OVER () FROM unnest(ARRAY['linear', 'last_touch']) AS m$$, '22023', NULL, 'different models');
SELECT throws_ok($$SELECT attribution_amount('linear', date '2026-01-01', date '2026-01-02', r) OVER () FROM unnest(ARRAY[1, NULL]) AS r$$, '22023', NULL, 'different revenue');
SELECT is((SELECT array_agg(a) FROM (SELECT attribution_amount('linear', date '2026-01-01', date '2026-01-02', r) OVER () AS a FROM unnest(ARRAY[1.0, 1.00]) AS r) AS s), '{0.5,0.5}', 'equal revenue at another scale is equal');

-- data-driven models
SELECT throws_ok(format('SELECT attribution_credit(%L, date ''2026-01-01'', date ''2026-01-02'') OVER ()', m), '0A000', NULL, m || ' is refused')
FROM   unnest(ARRAY['markov(2)', 'shapley', 'shapley_rate']) AS m;

-- dates at the ends of the calendar
SELECT is((SELECT array_agg(c) FROM (SELECT attribution_credit('time_decay(1 day)', d, '2026-01-05') OVER () AS c FROM unnest('{4713-01-01 BC,-infinity,2026-01-05}'::date[]) AS d) AS s), '{0,0,1}', 'the earliest date');
SELECT throws_ok($$SELECT attribution_credit('linear', date '5000000-01-01', date '5000000-01-01') OVER ()$$, '22008', NULL, 'a date beyond the range of timestamps');

-- an order of a million touches, in any order
CREATE TEMPORARY TABLE many AS SELECT timestamptz '2026-01-01' + (hashint4(n) % 1000000) * interval '1 second' AS touched_at, 1 + n % 7 AS weight FROM generate_series(1, 1000000) AS n;
SELECT ok(abs(sum(credit) - 1) < 1e-9 AND sum(amount) = 1234567.89, 'an order of a million touches')
FROM   (SELECT attribution_credit('u_shaped', touched_at, '2026-06-01', weight) OVER () AS credit,
               attribution_amount('time_decay', touched_at, '2026-06-01', 1234567.89, weight) OVER () AS amount FROM many) AS s;

SELECT * FROM finish();
ROLLBACK;
