-- The models learned from the data: edges, errors, invariances.
BEGIN;
SELECT no_plan();

CREATE FUNCTION paths(spec text) RETURNS journey_set LANGUAGE sql AS $$
	-- 'a>b:orders/non_buyers/revenue a:0/3'
	SELECT journey_agg(NULLIF(string_to_array(split_part(row, ':', 1), '>'), '{}'),
	                   split_part(split_part(row, ':', 2), '/', 1)::bigint,
	                   NULLIF(split_part(row, '/', 3), '')::float8,
	                   NULLIF(split_part(row, '/', 2), '')::bigint)
	FROM   string_to_table(spec, ' ') AS row
$$;
CREATE FUNCTION effects(spec text, k integer) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s %s %s', influencer, round(removal_effect::numeric, 6), round(orders::numeric, 6), round(revenue::numeric, 6)), ', ' ORDER BY influencer)
	FROM   markov_effects(paths(spec), k)
$$;

-- by hand: of 10 journeys a>b 4 buy, of 10 journeys b alone 1 does
SELECT is(effects('a>b:4/6/40 b:1/9/10', 1), 'a 0.500000 1.666667 16.666667, b 1.000000 3.333333 33.333333', 'two influencers, by hand');
SELECT is(effects('a>b:4/6/40 b:1/9/10', 2), 'a 0.800000 2.222222 22.222222, b 1.000000 2.777778 27.777778', 'sequences of two: b after a is not b');
SELECT is(effects('a:3/2/30', k), 'a 1.000000 3.000000 30.000000', format('one influencer, k = %s', k)) FROM generate_series(1, 5) AS k;
SELECT is(effects('a>a>a:3/2/30', k), 'a 1.000000 3.000000 30.000000', format('one influencer again and again, k = %s', k)) FROM generate_series(1, 5) AS k;
SELECT is(effects('a>b:0/5 b:0/1', k), 'a 0.000000 0.000000 0.000000, b 0.000000 0.000000 0.000000', format('nobody buys, k = %s', k)) FROM generate_series(1, 5) AS k;
SELECT is(effects('a>b>a>b>a:7/0/7', 1), 'a 1.000000 4.200000 4.200000, b 0.666667 2.800000 2.800000', 'all journeys the same, going round: without b, one in three still converts from a');
SELECT is(effects('a:1/1/5 b:0/7', 1), 'a 1.000000 1.000000 5.000000, b 0.000000 0.000000 0.000000', 'a dummy has nothing');
SELECT is((SELECT count(*) FROM markov_effects(paths('a:0/0'), 1) WHERE orders <> 0), 0::bigint, 'a path that nobody went');
SELECT is((SELECT count(*) FROM markov_effects((SELECT journey_agg(NULL, 3, 5, 0)), 1)), 0::bigint, 'orders of nobody alone');
SELECT is((SELECT string_agg(concat_ws(' ', model, coalesce(influencer, '-'), orders, revenue), ', ' ORDER BY model) FROM attribution((SELECT journey_agg(NULL, 3, 5, 0)), 'markov', 'shapley_rate')),
          'markov(1) - 3 5, shapley_rate(16) - 3 5', 'their row');
SELECT is((SELECT count(*) FROM markov_effects(NULL, 1)), 0::bigint, 'no journeys');
SELECT is((SELECT count(*) FROM markov_transitions(paths('a:0/0'), 1)), 0::bigint, 'no transitions');
SELECT is((SELECT count(*) FROM markov_order(paths('a:1/0'), 5)), 5::bigint, 'orders of a single journey');
SELECT is((SELECT count(*) FROM markov_order(paths('a:1/0'), 5) WHERE recommended), 1::bigint, 'one is recommended');

-- refunds may leave no value to share by effects on value
SELECT is((SELECT round(sum(revenue)::numeric, 9) FROM markov_effects(paths('a:1/0/20 c>d:1/0/-10'), 1)), 10.000000000, 'revenue adds up where its effects cancel');
SELECT is((SELECT count(*) FROM markov_effects(paths('a:1/1/0 b:2/1/0'), 2) WHERE revenue <> 0), 0::bigint, 'no revenue at all');
SELECT throws_ok($$SELECT paths('a:0/3/7')$$, '22023', 'path has revenue but no orders');

-- what is wrong
SELECT throws_ok($$SELECT * FROM markov_effects(paths('a:1/0'), 0)$$, '22023');
SELECT throws_ok($$SELECT * FROM markov_effects(paths('a:1/0'), 6)$$, '22023');
SELECT throws_ok($$SELECT * FROM markov_summary(paths('a:1/0'), -1)$$, '22023');
SELECT throws_ok($$SELECT * FROM markov_transitions(paths('a:1/0'), 2147483647)$$, '22023');
SELECT throws_ok($$SELECT * FROM markov_order(paths('a:1/0'), 0)$$, '22023');
SELECT throws_ok($$SELECT * FROM shapley_effects(paths('a:1/0'), 0)$$, '22023');
SELECT throws_ok($$SELECT * FROM shapley_effects(paths('a:1/0'), 21)$$, '22023');

-- Shapley values on rates
SELECT is((SELECT string_agg(format('%s %s', influencer, orders), ', ' ORDER BY influencer) FROM shapley_effects(paths('a:0/0 a>b:1/1'), 16)), 'a 0.5, b 0.5', 'a set that nobody has is worth nothing');
SELECT is((SELECT string_agg(format('%s %s', influencer, round(orders::numeric, 6)), ', ' ORDER BY influencer) FROM shapley_effects(paths('a:9/1 a>b:1/9'), 16)), 'a 14.000000, b -4.000000', 'a negative influence is kept');
SELECT is((SELECT max(standard_error) FROM shapley_effects(paths('a>b>c:5/5 a:1/9 b:2/8 c:1/2'), 3)), 0::float8, 'no error where it is exact');
SELECT ok((SELECT max(standard_error) > 0 AND abs(sum(orders) - 9) < 1e-9 FROM shapley_effects(paths('a>b>c:5/5 a:1/9 b:2/8 c:1/2'), 2)), 'an error where it is sampled');

-- many states: the sparse way agrees with itself on parts, and says how well
CREATE TEMPORARY TABLE many AS
SELECT journey_agg(ARRAY[(hashint4(n) & 4095)::text, (hashint4(n + 7) & 1023)::text, (hashint4(n + 77) & 255)::text], (hashint4(n) >> 28) & 1, 1, 2) AS journeys
FROM   generate_series(1, 20000) AS n WHERE (hashint4(n) >> 28) & 1 = 1;
SELECT is(method, 'sparse', 'many states are sparse') FROM many, markov_summary(journeys);
SELECT ok(error < 1e-9 AND residual < 1e-6 AND iterations > 0, 'their error is bounded') FROM many, markov_summary(journeys);
SELECT ok(method = 'sparse' AND states > 10000 AND exact = (SELECT count(*) FROM markov_effects(journeys, 2)) AND error < 1e-9, 'also of sequences') FROM many, markov_summary(journeys, 2);
SELECT ok(abs(sum(orders) - order_count(journeys)) < 1e-6 AND count(*) FILTER (WHERE removal_effect NOT BETWEEN 0 AND 1) = 0, 'efficiency') FROM many, markov_effects(journeys) GROUP BY order_count(journeys);
SELECT is((SELECT count(*) FROM many, markov_transitions(journeys) WHERE probability NOT BETWEEN 0 AND 1), 0::bigint, 'probabilities');
SELECT ok(max(abs(total - 1)) < 1e-12, 'which sum to 1') FROM (SELECT sum(probability) AS total FROM many, markov_transitions(journeys) GROUP BY from_state) AS s;

SELECT * FROM finish();
ROLLBACK;
