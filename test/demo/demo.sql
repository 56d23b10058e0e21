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
\echo '  ORDER BY i.conversion_rate DESC LIMIT 5;'
SELECT i.influencer, i.touches, i.customers, i.buyers, round(i.orders::numeric, 1) AS orders, round(i.revenue::numeric, 2) AS revenue,
       round(i.new_customers::numeric, 1) AS new_customers, round(i.conversion_rate::numeric, 4) AS conversion_rate
FROM  (SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches   FROM touches) t,
      (SELECT purchase_agg(customer_id, ordered_at, revenue)    AS purchases FROM orders)  o,
      influence(t.touches ~> o.purchases, 'time_decay(7 days)') AS i
ORDER BY i.conversion_rate DESC LIMIT 5;

CREATE TABLE ledger AS
SELECT o.order_id, t.influencer_id, t.touched_at, o.ordered_at,
       attribution_credit('time_decay(7 days)', t.touched_at, o.ordered_at)            OVER per_order AS credit,
       attribution_amount('time_decay(7 days)', t.touched_at, o.ordered_at, o.revenue) OVER per_order AS amount
FROM   orders o
LEFT   JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at
WINDOW per_order AS (PARTITION BY o.order_id ORDER BY t.influencer_id);

CREATE TABLE leaderboard AS
SELECT influencer_id, handle, reached, coalesce(orders, 0) AS orders, coalesce(revenue, 0) AS revenue,
       coalesce(orders, 0) / reached AS orders_per_customer
FROM   influencers
JOIN   (SELECT influencer_id, count(DISTINCT customer_id) AS reached FROM touches GROUP BY 1) AS r USING (influencer_id)
LEFT   JOIN (SELECT influencer_id, sum(credit) AS orders, sum(amount) AS revenue FROM ledger GROUP BY 1) AS l USING (influencer_id);

\echo
\echo 'Who reaches most, beside who sells most to those they reach (credit by time_decay(7 days));'
\echo '"causes" is the truth that was planted: orders caused per 1,000 touches.'
SELECT place,
       a.handle AS "by reach", a.reached, round(1000 * ta.effect) AS causes,
       b.handle AS "by purchases", b.reached AS "reached ", round(b.orders::numeric, 1) AS orders, b.revenue,
       round(100 * b.orders_per_customer::numeric, 1) AS "orders per 100", round(1000 * tb.effect) AS "causes "
FROM   (SELECT row_number() OVER (ORDER BY reached DESC) AS place, * FROM leaderboard) AS a
JOIN   (SELECT row_number() OVER (ORDER BY orders_per_customer DESC) AS place, * FROM leaderboard) AS b USING (place)
JOIN   market_truth ta ON ta.influencer_id = a.influencer_id
JOIN   market_truth tb ON tb.influencer_id = b.influencer_id
WHERE  place <= 10
ORDER  BY place;

\echo
\echo 'How far do reach and sales agree? Rank correlations with the truth (1: the same order, 0: none).'
\echo 'Kred, Klout and PeerIndex are rebuilt from what their makers published: docs/reach_scores.md.'
WITH parts AS (
	SELECT influencer_id, count(DISTINCT member_id) AS members, avg(ln(1 + followers)) AS network, sum(kred_points(kind, followers)) AS points,
	       count(*) FILTER (WHERE kind IN ('reply', 'retweet')) / max(posts)::double precision AS amplification,
	       count(DISTINCT member_id) FILTER (WHERE kind IN ('reply', 'retweet', 'mention')) AS authority, max(posts) AS posts
	FROM   engagements JOIN (SELECT influencer_id, count(*) AS posts FROM posts GROUP BY 1) AS p USING (influencer_id)
	GROUP  BY influencer_id
), scores AS (
	SELECT influencer_id, kred_influence(points) OVER () AS kred, klout_score(members, amplification, network) OVER () AS klout,
	       peerindex_score(authority, members, posts) OVER () AS peerindex
	FROM   parts
), places AS (
	SELECT rank() OVER (ORDER BY kred) AS kred, rank() OVER (ORDER BY klout) AS klout, rank() OVER (ORDER BY peerindex) AS peerindex,
	       rank() OVER (ORDER BY followers) AS followers, rank() OVER (ORDER BY orders_per_customer) AS sales,
	       rank() OVER (ORDER BY effect) + (count(*) OVER (PARTITION BY effect) - 1) / 2.0 AS truth
	FROM   scores JOIN leaderboard USING (influencer_id) JOIN influencers USING (influencer_id) JOIN market_truth USING (influencer_id)
)
SELECT round(corr(followers, truth)::numeric, 2) AS followers, round(corr(klout, truth)::numeric, 2) AS "Klout", round(corr(kred, truth)::numeric, 2) AS "Kred",
       round(corr(peerindex, truth)::numeric, 2) AS "PeerIndex", round(corr(sales, truth)::numeric, 2) AS "orders per customer reached"
FROM   places;

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
