-- The leaderboard beyond credit: score, lift, options, diagnosis, the cap.
BEGIN;
SELECT no_plan();

CREATE FUNCTION touches(spec text) RETURNS touch_set LANGUAGE sql AS $$
	-- 'customer influencer day' by commas
	SELECT touch_agg(split_part(row, ' ', 1)::integer, split_part(row, ' ', 2), timestamptz '2026-01-01 00:00+00' + split_part(row, ' ', 3)::float8 * interval '24 hours')
	FROM   string_to_table(spec, ',') AS row WHERE spec <> ''
$$;
CREATE FUNCTION purchases(spec text) RETURNS purchase_set LANGUAGE sql AS $$
	SELECT purchase_agg(split_part(row, ' ', 1)::integer, timestamptz '2026-01-01 00:00+00' + split_part(row, ' ', 2)::float8 * interval '24 hours', 10)
	FROM   string_to_table(spec, ',') AS row WHERE spec <> ''
$$;

-- placebo: what comes after the order
SELECT is(string_agg(format('%s %s %s', influencer, orders, placebo_orders), ', ' ORDER BY influencer), 'a 1 0, b 0 1', 'one before, one after')
FROM   influence(touches('1 a 10,1 b 12') ~> purchases('1 11'), 'linear');
SELECT is(string_agg(format('%s %s %s', influencer, orders, placebo_orders), ', ' ORDER BY influencer), 'a 1 0', 'at the instant of the order: before')
FROM   influence(touches('1 a 11') ~> purchases('1 11'), 'linear');
SELECT is(string_agg(format('%s %s %s', influencer, orders, placebo_orders), ', ' ORDER BY influencer), 'a 0 1, b 0 0', 'time runs backwards: the nearest is the last touch')
FROM   influence(touches('1 a 12,1 b 13') ~> purchases('1 11'), 'last_touch');
SELECT is(string_agg(format('%s %s', influencer, placebo_orders), ', ' ORDER BY influencer), 'a 1, b 0', 'the mirrored window ends where the other begins')
FROM   influence(touches('1 a 40,1 b 40.000001') ~> purchases('1 10'), 'linear');
SELECT is(string_agg(format('%s %s', influencer, placebo_orders), ', ' ORDER BY influencer), expected, 'placebo, ' || use)
FROM  (VALUES ('every_order', 'a 0, b 2'), ('next_order', 'a 1, b 1'), ('first_order', 'a 0, b 1')) AS v (use, expected),
      influence(touches('1 a 11,1 b 13') ~> lookback(purchases('1 10,1 12.5'), '30 days', use), 'first_touch')
GROUP  BY use, expected;

-- the score of markets in which nothing can be told
SELECT is(format('%s %s %s %s', score, effect, effect_low < effect, effect < effect_high), '50 1 t t', 'a single influencer') FROM influence(touches('1 a 10') ~> purchases('1 11'), 'linear');
SELECT is(format('%s %s %s %s', score, effect, effect_low, effect_high), '50 0 0 0', 'no order') FROM influence(touches('1 a 10') ~> purchases(''), 'linear');
SELECT is(count(*), 0::bigint, 'no touch') FROM influence(touches('') ~> purchases('1 11'), 'linear');
SELECT is(string_agg(DISTINCT score::text, ','), '50', 'all alike') FROM influence(touches('1 a 10,2 b 10,3 c 10') ~> purchases('1 11,2 11,3 11'), 'linear');
SELECT is(count(*), 0::bigint, 'no journeys') FROM influence(NULL);
SELECT is(count(*), 0::bigint, 'no model') FROM influence(touches('1 a 10') ~> purchases('1 11'), NULL);

-- lift by hand: a window of 10 days in 100 observed
CREATE FUNCTION lift(t text, o text, days text DEFAULT '10 days') RETURNS text LANGUAGE sql AS $$
	SELECT format('%s/%s %s/%s %s', orders_after, round(days_after::numeric, 3), orders_before, round(days_before::numeric, 3), coalesce(round(lift::numeric, 4)::text, '-'))
	FROM   influence(touches(t) ~> lookback(purchases(o), days::interval), 'linear', observed_from => '2026-01-01 00:00+00', observed_to => timestamptz '2026-01-01 00:00+00' + 100 * interval '24 hours')
$$;
SELECT is(lift('1 a 50', '1 45,1 55,1 56'), '2/10.000 1/10.000 1.0000', 'one touch');
SELECT is(lift('1 a 50', '1 40,1 50,1 60'), '2/10.000 1/10.000 1.0000', 'the ends of the windows');
SELECT is(lift('1 a 50', '1 39.9,1 60.1'), '0/10.000 0/10.000 -', 'outside of them');
SELECT is(lift('1 a 50,1 a 55', '1 45,1 52,1 62'), '2/15.000 1/10.000 0.3333', 'windows that overlap are merged: what is after is not before');
SELECT is(lift('1 a 50,1 a 62', '1 51,1 61,1 65'), '2/20.000 1/12.000 0.2000', 'the time between');
SELECT is(lift('1 a 5', '1 1,1 6'), '1/10.000 1/5.000 -0.5000', 'clipped at the beginning');
SELECT is(lift('1 a 95', '1 90,1 96'), '1/5.000 1/10.000 1.0000', 'clipped at the end');
SELECT is(lift('1 a 0', '1 1'), '1/10.000 0/0.000 -', 'nothing before');
SELECT is(lift('1 a 50,2 a 50,3 a 10', '2 51'), '1/30.000 0/30.000 -', 'several customers');
SELECT is(format('%s %s %s', lift IS NULL, round(lift_low::numeric, 4), lift_high IS NULL), 't -0.9744 t', 'one order after, none before: at least so much')
FROM   influence(touches('1 a 50') ~> purchases('1 51'), 'linear', observed_from => '2025-01-01', observed_to => '2027-01-01');
SELECT is(format('%s %s %s', round(lift::numeric, 4), round(lift_low::numeric, 4), round(lift_high::numeric, 4)), '-1.0000 -1.0000 38.0000', 'one before, none after')
FROM   influence(touches('1 a 50') ~> purchases('1 49'), 'linear', observed_from => '2025-01-01', observed_to => '2027-01-01');
SELECT is(format('%s/%s %s/%s', orders_after, days_after, orders_before, days_before), '1/31 0/30', 'dates: the day of the touch belongs to the time after')
FROM   influence((SELECT touch_agg(1, 'a'::text, date '2026-03-01')) ~> (SELECT purchase_agg(1, date '2026-03-01', 1)), 'linear', '365 days', date '2026-01-01', date '2026-12-31');

-- options
SELECT is(format('%s %s %s %s %s', orders, conversion_rate, placebo_orders, score, days_after), '1 1   ', 'without effects') FROM influence(touches('1 a 10') ~> purchases('1 11'), effects => false);
SELECT throws_ok($$SELECT * FROM influence(touches('1 a 1') ~> purchases('1 2'), observed_from => 'infinity')$$, '22023');
SELECT throws_ok($$SELECT * FROM influence(touches('1 a 1') ~> purchases('1 2'), observed_from => '2026-02-01', observed_to => '2026-01-01')$$, '22023');
SELECT throws_ok($$SELECT * FROM influence(touches('1 a 1') ~> purchases('1 2'), 'linear', '365 days', timestamp '2026-01-01', timestamp '2026-02-01')$$, '42804');
SELECT throws_ok($$SELECT * FROM influence(touches('1 a 1') ~> purchases('1 2'), 'markov')$$, '0A000');
SELECT throws_ok($$SELECT * FROM influence(touches('1 a 1') ~> purchases('1 2'), new_customer_span => '1 month')$$, '22023');

-- the score of a grouped result
SELECT is(string_agg(coalesce(s::text, '-'), ' ' ORDER BY n), '50 - - -', 'nothing to compare with')
FROM  (SELECT n, influence_score(o, c) OVER () AS s FROM (VALUES (1, 5.0, 10), (2, NULL, 10), (3, 5, NULL), (4, 5, 0)) AS v (n, o, c)) AS s;
SELECT is(count(*), 0::bigint, 'of no rows none') FROM (SELECT influence_score(1, 1) OVER () WHERE false) AS s;
SELECT throws_ok(format('SELECT influence_score(%s, %s) OVER ()', o, c), '22023') FROM (VALUES ('''NaN''', '1'), ('1', '''infinity'''), ('1', '-1'), ('''-infinity''', '1')) AS v (o, c);
SELECT ok(every(abs(total - 50) < 1e-6), 'the mean is 50')
FROM  (SELECT avg(s) AS total FROM (SELECT part, influence_score(part + (n * 7919) % 13, 10 + n * 31 % 997) OVER (PARTITION BY part) AS s FROM generate_series(1, 300) AS n, generate_series(0, 5) AS part) AS s GROUP BY part) AS t;
SELECT is((SELECT md5(string_agg(s::text, ',' ORDER BY n)) FROM (SELECT n, influence_score(n % 13, 10 + n * 31 % 997) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS s FROM generate_series(1, 300) AS n) AS a),
          (SELECT md5(string_agg(s::text, ',' ORDER BY n)) FROM (SELECT n, influence_score(n % 13, 10 + n * 31 % 997) OVER (ORDER BY md5(n::text)) AS s FROM generate_series(1, 300) AS n) AS a), 'the same bits in any order');
SELECT is(string_agg(rank::text, ' ' ORDER BY o / c), '1 2 3 4', 'a score for counts as far apart as numbers go')
FROM  (SELECT o, c, rank() OVER (ORDER BY s) FROM (SELECT o, c, influence_score(o, c) OVER () AS s FROM (VALUES (1e-300, 1e308), (1, 1), (1e9, 1), (1e308, 1e-308)) AS v (o, c)) AS s) AS r (o, c, rank);
SELECT is((SELECT every(s BETWEEN 0 AND 100) FROM (SELECT influence_score(o, c) OVER () AS s FROM (VALUES (1.7e308, 1.7e308), (1.7e308, 1), (5e-324, 5e-324), (0, 1e-308)) AS v (o, c)) AS s), true, 'sums of counts beyond the largest number');
-- what arguments take while they are read is given back: numbers of 2 kB in 20,000 rows
SELECT cmp_ok(max(used), '<', 4000000::bigint, 'memory is that of the scores: ' || name)
FROM  (SELECT 'influence_score' AS name, CASE WHEN n = 2 THEN (SELECT max(used_bytes) FROM pg_backend_memory_contexts WHERE name LIKE 'WindowAgg%') END
       FROM  (SELECT n, influence_score(length(repeat(n::text, 400)), 1e9) OVER () FROM generate_series(1, 20000) AS n LIMIT 5) AS s (n, score) WHERE score IS NOT NULL
       UNION ALL
       SELECT 'kred_influence', CASE WHEN n = 2 THEN (SELECT max(used_bytes) FROM pg_backend_memory_contexts WHERE name LIKE 'WindowAgg%') END
       FROM  (SELECT n, kred_influence(length(repeat(n::text, 400))) OVER () FROM generate_series(1, 20000) AS n LIMIT 5) AS s (n, score) WHERE score IS NOT NULL) AS m (name, used)
GROUP  BY name ORDER BY name;

-- the cap
SELECT is(touch_count(cap_touches(t, 1)), 3::bigint, 'a touch a day') FROM (SELECT touches('1 a 1,1 a 1.2,1 a 1.9,1 a 2,1 b 2.5') AS t) AS s;
SELECT is(cap_touches(t, 3) = t AND cap_touches(touches(''), 1) = touches(''), true, 'nothing to leave out') FROM (SELECT touches('1 a 1,1 a 1.2,1 a 1.9,1 a 2,1 b 2.5') AS t) AS s;
SELECT is(cap_touches(touches('1 a -0.1,1 a -0.2,1 a 0.1'), 1) = touches('1 a -0.2,1 a 0.1'), true, 'days before 2000 begin at midnight too');
SELECT is(cap_touches((SELECT touch_agg(1, 1, timestamptz '2026-01-01 00:00+00' + n * interval '1 hour', CASE n WHEN 2 THEN 3.0 ELSE 1 END, n) FROM generate_series(0, 2) AS n), 2)
          = (SELECT touch_agg(1, 1, timestamptz '2026-01-01 00:00+00' + n * interval '1 hour', 1, n) FROM generate_series(0, 1) AS n), true, 'as made from the rows that stay, without the weights that nothing needs');
SELECT throws_ok($$SELECT cap_touches(touches('1 a 1'), 0)$$, '22023');

-- the diagnosis
SELECT is(format('%s %s %s %s %s %s %s', touches, buyers, touches_per_buyer, repeat_share, injected_share, placebo_share, top_customers_share), '4 1 4 0.5 1 0.5 1', 'signs')
FROM   influence_diagnosis(touches('1 a 1,1 a 1.5,1 a 1.7,1 a 2.5') ~> purchases('1 1.70001'), 'last_touch');
SELECT is(format('%s %s %s', touches_per_buyer IS NULL, injected_share IS NULL, flags IS NULL), 't t t', 'no order') FROM influence_diagnosis(touches('1 a 1') ~> purchases(''));
SELECT is(flags, 'flooding, injection, concentration', 'all of it')
FROM   influence_diagnosis((SELECT touch_agg(1, 'a'::text, timestamptz '2026-01-01' + n * interval '1 hour') FROM generate_series(1, 200) AS n)
                           ~> (SELECT purchase_agg(1, timestamptz '2026-01-01 00:00:05' + n * interval '6 hours', 1) FROM generate_series(1, 30) AS n));
SELECT throws_ok($$SELECT * FROM influence_diagnosis(touches('1 a 1') ~> purchases('1 2'), 'shapley_rate')$$, '0A000');

SELECT * FROM finish();
ROLLBACK;
