-- conversion_lift: what a treatment did, measured on people who did not get it

-- 1,000 people in a promotion and 1,000 without; half of each get the recommendation
CREATE TABLE holdout AS
SELECT n AS customer_id, n % 2 = 0 AS treated, n % 4 < 2 AS promotion,
       CASE WHEN n % 4 = 0 THEN n % 100 < 20 WHEN n % 4 = 2 THEN n % 100 < 12 WHEN n % 4 = 1 THEN n % 100 < 10 ELSE n % 100 < 8 END AS converted
FROM   generate_series(1, 2000) AS n;
ALTER TABLE holdout ADD spend numeric(10,2);
UPDATE holdout SET spend = CASE WHEN converted THEN 10 + customer_id % 37 ELSE 0 END;

-- rates
SELECT treated, control, treated_mean, control_mean, round(lift::numeric, 6) AS lift, round(lift_low::numeric, 6) AS low, round(lift_high::numeric, 6) AS high, round(p_value::numeric, 6) AS p_value
FROM  (SELECT conversion_lift(treated, converted) AS summary FROM holdout) AS s, lift_result(s.summary);
SELECT round(relative_lift::numeric, 6) AS relative, round(relative_low::numeric, 6) AS low, round(relative_high::numeric, 6) AS high,
       round(incremental::numeric, 4) AS incremental, round(incremental_low::numeric, 4) AS low, round(incremental_high::numeric, 4) AS high
FROM  (SELECT conversion_lift(treated, converted) AS summary FROM holdout) AS s, lift_result(s.summary);

-- money
SELECT treated, control, round(treated_mean::numeric, 6) AS treated_mean, round(control_mean::numeric, 6) AS control_mean, round(lift::numeric, 6) AS lift, round(lift_low::numeric, 6) AS low, round(lift_high::numeric, 6) AS high,
       round(relative_lift::numeric, 6) AS relative, round(p_value::numeric, 6) AS p_value
FROM  (SELECT conversion_lift(treated, spend) AS summary FROM holdout) AS s, lift_result(s.summary, confidence => 0.9);

-- under like circumstances, and each by itself
SELECT stratum, treated, control, round(treated_mean::numeric, 6) AS treated_mean, round(lift::numeric, 6) AS lift, round(lift_low::numeric, 6) AS low, round(lift_high::numeric, 6) AS high, round(p_value::numeric, 6) AS p_value
FROM  (SELECT conversion_lift(treated, converted, promotion) AS summary FROM holdout) AS s,
      LATERAL (SELECT 'all' AS stratum, * FROM lift_result(s.summary) UNION ALL SELECT * FROM lift_strata(s.summary)) AS l
ORDER BY stratum;

-- does the promotion accelerate the recommendation?
SELECT round(difference::numeric, 6) AS difference, round(difference_low::numeric, 6) AS low, round(difference_high::numeric, 6) AS high, round(p_value::numeric, 6) AS p_value
FROM  (SELECT conversion_lift(treated, converted) FILTER (WHERE promotion) AS during, conversion_lift(treated, converted) FILTER (WHERE NOT promotion) AS otherwise FROM holdout) AS s,
      lift_difference(s.during, s.otherwise);

-- stored by day, rolled up
SELECT rollup_agg(summary) = (SELECT conversion_lift(treated, spend) FROM holdout) AS the_same
FROM  (SELECT customer_id % 30 AS day, conversion_lift(treated, spend) AS summary FROM holdout GROUP BY 1) AS days;
SELECT conversion_lift(treated, converted, promotion)::jsonb AS summary FROM holdout;

-- what is undefined is null: nobody treated, nobody converted, nobody at all
SELECT name, treated, control, treated_mean, control_mean, lift, round(lift_low::numeric, 6) AS low, round(lift_high::numeric, 6) AS high, relative_lift, p_value, incremental
FROM  (SELECT 'no control' AS name, conversion_lift(true, n = 1) AS summary FROM generate_series(1, 4) AS n
       UNION ALL SELECT 'no conversions', conversion_lift(n % 2 = 0, false) FROM generate_series(1, 8) AS n
       UNION ALL SELECT 'no money', conversion_lift(n % 2 = 0, 0.0) FROM generate_series(1, 8) AS n
       UNION ALL SELECT 'one each', conversion_lift(n = 1, n::float8) FROM generate_series(1, 2) AS n
       UNION ALL SELECT 'nobody', conversion_lift(NULL, true)) AS s, lift_result(s.summary)
ORDER  BY name;
SELECT skipped_count(conversion_lift(t, v)) AS skipped FROM (VALUES (true, 1.0), (NULL, 2.0), (false, NULL)) AS rows(t, v);

-- what is refused
SELECT conversion_lift(true, 'NaN'::float8);
SELECT conversion_lift(true, 'infinity'::float8);
SELECT lift_result(conversion_lift(true, true), 95);
SELECT lift_difference(conversion_lift(true, true), conversion_lift(true, 1.0));
SELECT rollup_agg(s) FROM (SELECT conversion_lift(true, true) AS s UNION ALL SELECT conversion_lift(true, true, 'x'::text)) AS q;
SELECT 'nonsense'::lift_summary;

DROP TABLE holdout;
