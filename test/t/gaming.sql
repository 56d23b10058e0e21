-- Attacks on the sample market, a table each, and what each influencer looks like under them.
--
-- Needs touches and orders of the market; makes attack_* tables, and the tables game_touches and
-- game_orders with the views that measure them. psql -f gaming.sql; nothing is random.
--
--   901 spam        100,000 touches of customers at random
--   902 flood       1,500 customers, ten touches a day each, on ten days
--   903 puppets     300 customers of its own making, who buy what it recommends and pay by its card
--   904 injection   touches stamped seconds before 3,000 orders of other people
--
-- And, for comparison, what it takes to game a reach score: 10,000 retweets by bots for influencer 15.

CREATE FUNCTION attack_random(id bigint, stream integer) RETURNS double precision
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN ((hashint8extended(id, stream) >> 12) & 4503599627370495) / 4503599627370496.0::double precision;

CREATE TABLE attack_spam_touches AS
SELECT 1 + floor(50000 * attack_random(n, 300))::integer AS customer_id, 901 AS influencer_id,
       timestamptz '2026-01-01 00:00:00+00' + 180 * attack_random(n, 301) * interval '24 hours' AS touched_at
FROM   generate_series(1, 100000) AS n;

CREATE TABLE attack_flood_touches AS
SELECT 1 + floor(50000 * attack_random(c, 310))::integer AS customer_id, 902 AS influencer_id,
       timestamptz '2026-01-01 00:00:00+00' + (floor(180 * attack_random(10 * c + d, 311)) + (n + attack_random(100 * c + 10 * d + n, 312)) / 12) * interval '24 hours' AS touched_at
FROM   generate_series(1, 1500) AS c, generate_series(1, 10) AS d, generate_series(1, 10) AS n;

CREATE TABLE attack_puppets_orders AS
SELECT 1000000 + n AS order_id, 100000 + n AS customer_id,
       timestamptz '2026-01-01 00:00:00+00' + (5 + 170 * attack_random(n, 320)) * interval '24 hours' AS ordered_at, 9.99::numeric(12,2) AS revenue
FROM   generate_series(1, 300) AS n;
CREATE TABLE attack_puppets_touches AS
SELECT customer_id, 903 AS influencer_id, ordered_at - (1 + 2 * attack_random(customer_id, 321)) * interval '24 hours' AS touched_at FROM attack_puppets_orders;
-- what the shop knows of how was paid
CREATE TABLE attack_payments AS
SELECT customer_id, 'card ' || customer_id AS card FROM customers
UNION  ALL SELECT customer_id, 'card of 903' FROM attack_puppets_orders;
CREATE TABLE attack_influencer_cards AS SELECT 903 AS influencer_id, 'card of 903'::text AS card;

CREATE TABLE attack_injection_touches AS
SELECT customer_id, 904 AS influencer_id, ordered_at - (5 + 15 * attack_random(order_id, 330)) * interval '1 second' AS touched_at
FROM   orders WHERE attack_random(order_id, 331) < 3000.0 / 60386;

CREATE TABLE attack_bots_engagements AS
SELECT 15 AS influencer_id, 200000 + n % 2000 AS member_id, 'retweet'::text AS kind,
       timestamptz '2026-06-01 00:00:00+00' + n * interval '1 minute' AS engaged_at, 0::bigint AS followers
FROM   generate_series(1, 10000) AS n;

CREATE TABLE game_touches (LIKE touches);
CREATE TABLE game_orders (LIKE orders);

-- credit; the credit that the same touches would have had after the order (the placebo); and signs of fraud
CREATE VIEW game_measures AS
WITH ledger AS (
	SELECT t.influencer_id, t.customer_id, o.ordered_at - t.touched_at < interval '1 minute' AS at_once,
	       attribution_credit('time_decay(7 days)', t.touched_at, o.ordered_at) OVER (PARTITION BY o.order_id) AS credit
	FROM   game_orders o JOIN game_touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at
), mirrored AS (
	SELECT t.influencer_id,
	       attribution_credit('time_decay(7 days)', o.ordered_at - (t.touched_at - o.ordered_at), o.ordered_at) OVER (PARTITION BY o.order_id) AS credit
	FROM   game_orders o JOIN game_touches t ON t.customer_id = o.customer_id AND o.ordered_at ~> t.touched_at
), reached AS (
	SELECT influencer_id, count(*) AS touches, count(DISTINCT customer_id) AS customers FROM game_touches GROUP BY 1
), alone AS (
	SELECT customer_id FROM game_touches GROUP BY 1 HAVING count(DISTINCT influencer_id) = 1
), credited AS (
	SELECT influencer_id, sum(credit) AS credit, sum(credit) FILTER (WHERE at_once) AS at_once,
	       count(DISTINCT l.customer_id) FILTER (WHERE credit > 0) AS buyers,
	       count(DISTINCT l.customer_id) FILTER (WHERE credit > 0 AND a.customer_id IS NOT NULL) AS buyers_of_nobody_else
	FROM   ledger l LEFT JOIN alone a USING (customer_id) GROUP BY 1
), placebo AS (
	SELECT influencer_id, sum(credit) AS placebo FROM mirrored GROUP BY 1
)
SELECT influencer_id, touches, customers, coalesce(buyers, 0) AS buyers, coalesce(credit, 0) AS credit, coalesce(placebo, 0) AS placebo,
       coalesce(credit, 0) - coalesce(placebo, 0) AS net, (coalesce(credit, 0) - coalesce(placebo, 0)) / customers AS net_rate,
       touches::double precision / nullif(buyers, 0) AS touches_per_buyer, coalesce(at_once, 0) / nullif(credit, 0) AS share_at_once,
       buyers_of_nobody_else::double precision / nullif(buyers, 0) AS share_of_nobody_else
FROM   reached LEFT JOIN credited USING (influencer_id) LEFT JOIN placebo USING (influencer_id);

-- the same by the scoreboard
CREATE VIEW game_scores AS
SELECT i.influencer::integer AS influencer_id, i.orders, i.placebo_orders, i.score, i.lift, coalesce(d.flags, '') AS flags
FROM  (SELECT touch_agg(customer_id, influencer_id, touched_at)  AS touches   FROM game_touches) AS t,
      (SELECT purchase_agg(customer_id, ordered_at, revenue)     AS purchases FROM game_orders)  AS o,
      influence(t.touches ~> o.purchases, 'time_decay(7 days)')  AS i
JOIN   influence_diagnosis(t.touches ~> o.purchases, 'time_decay(7 days)') AS d USING (influencer);
