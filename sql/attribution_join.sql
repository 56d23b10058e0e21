-- the attribution join: an equality and ~> in one custom scan
CREATE TABLE join_touches (touch_id int, customer_id int, influencer text, touched_at timestamptz);
CREATE TABLE join_orders (order_id int, customer_id int, ordered_at timestamptz, window_days int);
INSERT INTO join_touches
SELECT n, n % 7, 'i' || n % 3, timestamptz '2026-01-01 00:00+00' + n * interval '5 hours' FROM generate_series(1, 200) AS n;
INSERT INTO join_orders
SELECT n, n % 9, timestamptz '2026-01-10 00:00+00' + n * interval '31 hours', n % 4 FROM generate_series(1, 20) AS n;
ANALYZE join_touches, join_orders;
EXPLAIN (COSTS OFF)
SELECT o.order_id, t.influencer FROM join_touches t JOIN join_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at;
EXPLAIN (COSTS OFF)
SELECT o.order_id, count(t.touch_id)
FROM   join_orders o LEFT JOIN join_touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, o.window_days * interval '1 day') AND t.influencer <> 'i0'
GROUP  BY o.order_id;
SELECT o.order_id, count(t.touch_id), min(t.influencer)
FROM   join_orders o LEFT JOIN join_touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, o.window_days * interval '1 day') AND t.influencer <> 'i0'
GROUP  BY o.order_id
ORDER  BY o.order_id;
EXPLAIN (COSTS OFF)
SELECT order_id FROM join_orders o WHERE NOT EXISTS (SELECT FROM join_touches t WHERE t.customer_id = o.customer_id AND o.ordered_at <~ t.touched_at);
SELECT order_id FROM join_orders o WHERE NOT EXISTS (SELECT FROM join_touches t WHERE t.customer_id = o.customer_id AND o.ordered_at <~ t.touched_at) ORDER BY 1;
SET influence.enable_attribution_join = off;
EXPLAIN (COSTS OFF)
SELECT o.order_id, t.influencer FROM join_touches t JOIN join_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at;
DROP TABLE join_touches, join_orders;
