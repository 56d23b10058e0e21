-- How well scores find what was planted in the sample market: one row of figures for one seed.
-- psql -v seed=N -f truth.sql, in a database that holds the market of that seed.
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' '
CREATE TEMPORARY TABLE boards AS
SELECT m.model, i.influencer::integer AS influencer_id, i.orders / i.customers AS rate, i.score, i.lift, i.lift_low, i.lift_high
FROM  (SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches   FROM touches) t,
      (SELECT purchase_agg(customer_id, ordered_at, revenue)    AS purchases FROM orders)  o,
      unnest(ARRAY['time_decay(7 days)', 'last_touch', 'linear']::attribution_model[]) AS m (model),
      influence(t.touches ~> o.purchases, m.model) AS i;
CREATE TEMPORARY TABLE ranked AS
SELECT model, kind, effect, score, rate, lift, lift_low, lift_high,
       rank() OVER (PARTITION BY model ORDER BY effect) + count(*) OVER (PARTITION BY model, effect) / 2.0 AS effect_rank,
       rank() OVER (PARTITION BY model ORDER BY rate)   + count(*) OVER (PARTITION BY model, rate) / 2.0   AS rate_rank,
       rank() OVER (PARTITION BY model ORDER BY score)  + count(*) OVER (PARTITION BY model, score) / 2.0  AS score_rank,
       rank() OVER (PARTITION BY model ORDER BY lift)   + count(*) OVER (PARTITION BY model, lift) / 2.0   AS lift_rank
FROM   boards JOIN market_truth USING (influencer_id);
-- rank correlations with the truth of score, credited rate and lift; scores and lifts of the kinds
SELECT replace(model::text, ' ', '_'), corr(score_rank, effect_rank), corr(rate_rank, effect_rank), corr(lift_rank, effect_rank),
       max(score) FILTER (WHERE kind = 'echo'), max(lift_low) FILTER (WHERE kind = 'echo'),
       avg(score) FILTER (WHERE kind = 'repellent'), max(lift) FILTER (WHERE kind = 'repellent'),
       max(score) FILTER (WHERE kind = 'celebrity')
FROM   ranked
GROUP  BY model
ORDER  BY model;
