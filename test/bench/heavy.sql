-- Heavy accounts: customers with thousands of touches and a hundred orders each.
-- psql -v touches=10000000 -v orders=200000 -v customers=2000 -f heavy.sql
CREATE TABLE heavy_touches AS
SELECT (1 + floor((:customers) * random_of(n, 21)))::bigint AS customer_id,
       (1 + floor(10000 * power(random_of(n, 22), 2)))::integer AS influencer_id,
       timestamptz '2025-01-01 00:00:00+00' + (n + random_of(n, 23)) / (:touches) * interval '365 days' AS touched_at
FROM   generate_series(0, (:touches) - 1) AS n;

CREATE TABLE heavy_orders AS
SELECT n + 1 AS order_id,
       (1 + floor((:customers) * random_of(n, 24)))::bigint AS customer_id,
       timestamptz '2025-01-01 00:00:00+00' + (n + random_of(n, 25)) / (:orders) * interval '365 days' AS ordered_at,
       round((5 + 195 * power(random_of(n, 26), 3))::numeric, 2) AS revenue
FROM   generate_series(0, (:orders) - 1) AS n;

VACUUM ANALYZE heavy_touches;
VACUUM ANALYZE heavy_orders;
