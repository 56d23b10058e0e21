-- What make demo prints, on the sample market.
\pset footer off
\pset null -
\set QUIET on

\echo
\echo 'The market:'
SELECT (SELECT count(*) FROM influencers) AS influencers,
       (SELECT count(*) FROM customers)   AS customers,
       (SELECT count(*) FROM touches)     AS touches,
       (SELECT count(*) FROM orders)      AS orders,
       (SELECT sum(revenue) FROM orders)  AS revenue;

\echo
\echo 'The scoreboard, from two tables in five lines:'
\echo '  SELECT i.*'
\echo '  FROM  (SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches   FROM touches) t,'
\echo '        (SELECT purchase_agg(customer_id, ordered_at, revenue)    AS purchases FROM orders)  o,'
\echo '        influence(t.touches ~> o.purchases, ''time_decay(7 days)'') AS i'
\echo '  ORDER BY i.score DESC LIMIT 5;'
SELECT i.influencer, i.touches, i.customers, i.buyers, round(i.orders::numeric, 1) AS orders, round(i.revenue::numeric, 2) AS revenue,
       round(i.new_customers::numeric, 1) AS new_customers, round(i.placebo_orders::numeric, 1) AS placebo_orders, round(i.score::numeric, 1) AS score
FROM  (SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches   FROM touches) t,
      (SELECT purchase_agg(customer_id, ordered_at, revenue)    AS purchases FROM orders)  o,
      influence(t.touches ~> o.purchases, 'time_decay(7 days)') AS i
ORDER BY i.score DESC LIMIT 5;

-- what the old reach scores would say
CREATE TABLE reach AS
SELECT influencer_id, kred_influence(points) OVER () AS kred, klout_score(members, amplification, network) OVER () AS klout,
       peerindex_score(authority, members, posts) OVER () AS peerindex
FROM  (SELECT influencer_id, count(DISTINCT member_id) AS members, avg(ln(1 + followers)) AS network, sum(kred_points(kind, followers)) AS points,
              count(*) FILTER (WHERE kind IN ('reply', 'retweet')) / max(posts)::double precision AS amplification,
              count(DISTINCT member_id) FILTER (WHERE kind IN ('reply', 'retweet', 'mention')) AS authority, max(posts) AS posts
       FROM   engagements JOIN (SELECT influencer_id, count(*) AS posts FROM posts GROUP BY 1) AS p USING (influencer_id)
       GROUP  BY influencer_id) AS parts;

-- qualified reach: the touches that met somebody who was about to buy again
CREATE TABLE qualified AS
SELECT influencer_id, avg((in_market(cycle, touched_at, '120 days'))::integer) AS share
FROM   touches
LEFT   JOIN (SELECT customer_id, purchase_cycle(ordered_at) AS cycle FROM orders GROUP BY 1) AS c USING (customer_id)
WHERE  touched_at >= '2026-03-02'
GROUP  BY 1;

CREATE TABLE board AS
SELECT influencer_id, handle, followers, i.*, row_number() OVER (ORDER BY score DESC) AS place, row_number() OVER (ORDER BY followers DESC) AS size
FROM  (SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches   FROM touches) t,
      (SELECT purchase_agg(customer_id, ordered_at, revenue)    AS purchases FROM orders)  o,
      influence(t.touches ~> o.purchases) AS i
JOIN   influencers ON influencer_id = i.influencer::integer;

\echo
\echo 'What a marketing director wants to know: the five best, the three with most followers, and the three worst.'
\echo '  Klout       the reach score of old (rebuilt from what its maker published), 1 to 100'
\echo '  score       our answer, 0 to 100; 50 is average'
\echo '  adds        orders added per 1,000 people reached, beyond what would have come anyway (90 % interval)'
\echo '  lift        orders of the same people after a touch, against before it (95 % interval)'
\echo '  ready       share of the touches, from March on, that met somebody about to buy again'
\echo '  cost/order  what each credited order cost'
\echo '  planted     the truth, which only a made-up market knows: orders caused per 1,000 touches'
SELECT place, handle, followers, round(klout::numeric) AS "Klout", round(score::numeric) AS score,
       format('%s (%s to %s)', round(1000 * b.effect::numeric), round(1000 * effect_low::numeric), round(1000 * effect_high::numeric)) AS adds,
       format('%s %% (%s to %s)', to_char(100 * lift, 'FMSG990'), to_char(100 * lift_low, 'FMSG990'), to_char(100 * lift_high, 'FMSG990')) AS lift,
       to_char(100 * share, 'FM90 %') AS ready, round(((fee + perks) / orders::numeric), 2) AS "cost/order", round(1000 * t.effect) AS planted
FROM   board AS b JOIN reach USING (influencer_id) JOIN qualified USING (influencer_id) JOIN costs USING (influencer_id)
JOIN   market_truth AS t USING (influencer_id)
WHERE  place <= 5 OR place > 197 OR size <= 3
ORDER  BY place;

\echo
\echo 'Which of the scores finds the truth? Rank correlations with it (1: the same order, 0: chance).'
WITH places AS (
	SELECT rank() OVER (ORDER BY kred) AS kred, rank() OVER (ORDER BY klout) AS klout, rank() OVER (ORDER BY peerindex) AS peerindex,
	       rank() OVER (ORDER BY followers) AS followers, rank() OVER (ORDER BY conversion_rate) AS sales, rank() OVER (ORDER BY score) AS score,
	       rank() OVER (ORDER BY t.effect) + (count(*) OVER (PARTITION BY t.effect) - 1) / 2.0 AS truth
	FROM   board JOIN reach USING (influencer_id) JOIN market_truth AS t USING (influencer_id)
)
SELECT round(corr(followers, truth)::numeric, 2) AS followers, round(corr(klout, truth)::numeric, 2) AS "Klout", round(corr(kred, truth)::numeric, 2) AS "Kred",
       round(corr(peerindex, truth)::numeric, 2) AS "PeerIndex", round(corr(sales, truth)::numeric, 2) AS "credited orders per customer",
       round(corr(score, truth)::numeric, 2) AS score
FROM   places;

CREATE TABLE ledger AS
SELECT o.order_id, t.influencer_id, t.touched_at, o.ordered_at,
       attribution_credit('time_decay(7 days)', t.touched_at, o.ordered_at)            OVER per_order AS credit,
       attribution_amount('time_decay(7 days)', t.touched_at, o.ordered_at, o.revenue) OVER per_order AS amount
FROM   orders o
LEFT   JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at
WINDOW per_order AS (PARTITION BY o.order_id ORDER BY t.influencer_id);

\echo
\echo 'The ledger of one order, which adds up to the cent:'
SELECT order_id AS chosen
FROM   ledger
WHERE  influencer_id IS NOT NULL
GROUP  BY order_id
HAVING count(*) = 5
ORDER  BY order_id
LIMIT  1 \gset
SELECT handle, to_char(touched_at, 'YYYY-MM-DD HH24:MI') AS touched, ordered_at - touched_at AS before_order,
       round(credit::numeric, 4) AS credit, amount
FROM   ledger JOIN influencers USING (influencer_id)
WHERE  order_id = :chosen
ORDER  BY touched_at;
SELECT count(*) AS touches, round(sum(credit)::numeric, 12) AS credit, sum(amount) AS amount,
       (SELECT revenue FROM orders WHERE order_id = :chosen) AS "order's revenue"
FROM   ledger
WHERE  order_id = :chosen;

\echo
\echo 'Nothing is lost: every order is in the ledger, those that nobody is credited with too.'
SELECT count(*) FILTER (WHERE influencer_id IS NULL) AS "orders without a touch",
       round(sum(credit)::numeric, 6) AS "orders credited",
       (SELECT sum(revenue) FROM orders) AS revenue,
       sum(amount) AS "revenue credited",
       (SELECT sum(revenue) FROM orders o
        WHERE NOT EXISTS (SELECT FROM touches t
                          WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)) AS "revenue of nobody"
FROM   ledger;
