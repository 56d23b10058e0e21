-- the scoreboard: two aggregates, one operator, one function

SET TimeZone = 'UTC';
CREATE TABLE touches (customer_id integer, influencer text, touched_at timestamptz);
CREATE TABLE orders (order_id integer, customer_id integer, ordered_at timestamptz, revenue numeric(10,2));
INSERT INTO touches VALUES
	(1, 'ana', '2026-01-01'), (1, 'bob', '2026-01-08'), (1, 'cat', '2026-01-15'), (1, 'bob', '2026-01-22'), (1, 'dan', '2026-01-23'),
	(2, 'ana', '2026-01-05'), (2, 'bob', '2026-01-06'),
	(3, 'cat', '2026-02-20'), (3, 'cat', '2026-04-20'), (3, 'dan', '2026-04-21'), (NULL, 'ana', '2026-01-01');
INSERT INTO orders VALUES
	(10, 1, '2026-01-22', 100.00), (20, 2, '2026-01-06', 0.05), (30, 3, '2026-01-22', 50.00), (40, 4, '2026-01-22', 20.00),
	(50, 1, '2026-01-23', -10.00);

SELECT i.influencer, i.touches, i.customers, i.buyers, round(i.orders::numeric, 6) AS orders, round(i.revenue::numeric, 2) AS revenue,
       round(i.new_customers::numeric, 6) AS new_customers, round(i.conversion_rate::numeric, 6) AS conversion_rate
FROM  (SELECT touch_agg(customer_id, influencer, touched_at) AS touches   FROM touches) t,
      (SELECT purchase_agg(customer_id, ordered_at, revenue) AS purchases FROM orders)  o,
      influence(t.touches ~> o.purchases, 'time_decay(7 days)') AS i
ORDER BY i.orders DESC;

-- the sets, for people
CREATE TABLE sets AS
SELECT * FROM (SELECT touch_agg(customer_id, influencer, touched_at) AS touches FROM touches) t,
              (SELECT purchase_agg(customer_id, ordered_at, revenue) AS purchases FROM orders) o;
SELECT jsonb_pretty(touches::jsonb) AS touches, jsonb_pretty(purchases::jsonb) AS purchases, jsonb_pretty((touches ~> purchases)::jsonb) AS journeys FROM sets;
SELECT touch_count(touches), customer_count(touches), influencer_count(touches), skipped_count(touches), order_count(purchases), revenue(purchases), first_at(touches), last_at(purchases) FROM sets;

-- many models from one pass; what nobody is credited with has a row of its own, so that the totals are those of the orders
SELECT model, influencer, round(a.orders::numeric, 6) AS orders, round(a.revenue::numeric, 4) AS revenue
FROM   sets, attribution(touches ~> purchases, 'first_touch', 'last_touch', 'linear', 'u_shaped', 'participation', 'shapley') AS a
ORDER  BY model, influencer;

-- the three uses of a touch, and another lookback window
SELECT use, influencer, round(a.orders::numeric, 6) AS orders
FROM   sets, unnest(ARRAY['every_order', 'next_order', 'first_order']) AS use,
       attribution(touches ~> lookback(purchases, '14 days', use), 'linear') AS a
ORDER  BY use, influencer;

-- the journeys as other tools know them, out and in again
SELECT p.* FROM sets, journey_paths(touches ~> purchases) AS p ORDER BY path;
SELECT a.influencer, round(a.orders::numeric, 6) AS orders, a.revenue
FROM  (SELECT journey_agg(string_to_array(path, ' > '), orders, revenue, non_buyers) AS journeys
       FROM (VALUES ('ana > bob', 3, 30.0, 10), ('bob', 1, 5.0, 20), (NULL, 2, 8.0, 0)) AS v(path, orders, revenue, non_buyers)) AS s,
       attribution(journeys, 'linear') AS a;

-- a table of days, rolled up for any span
CREATE TABLE daily AS
SELECT touched_at::date AS day, touch_agg(customer_id, influencer, touched_at) AS touches FROM touches GROUP BY 1;
SELECT date_trunc('month', day)::date AS month, touch_count(rollup_agg(touches)) AS touches, customer_count(rollup_agg(touches)) AS customers FROM daily GROUP BY 1 ORDER BY 1;
SELECT rollup_agg(d.touches) = s.touches AS the_same FROM daily d, sets s GROUP BY s.touches;

-- what is refused
SELECT touches ~> (SELECT purchase_agg(customer_id::text, ordered_at, revenue) FROM orders) FROM sets;
SELECT touches ~> lookback(purchases, '1 month') FROM sets;
SELECT touches ~> lookback(purchases, '7 days', 'once') FROM sets;
SELECT touch_agg(1, 'ana'::text, timestamptz 'infinity');
SELECT purchase_agg(1, now(), 'NaN'::numeric);
SELECT 'nonsense'::touch_set;

DROP TABLE touches, orders, sets, daily;
