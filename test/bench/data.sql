-- The benchmark's data: psql -v touches=10000000 -v orders=1000000 -v suffix='' -f data.sql
-- A year; as many customers as orders, some with far more touches and orders than others
-- (a power law); 10,000 influencers of very different reach; rows in order of time, as they come.
\set touches_table touches :suffix
\set orders_table orders :suffix
CREATE TABLE :"touches_table" AS
SELECT (1 + floor((:orders) * power(random_of(n, 1), 1.5)))::bigint AS customer_id,
       (1 + floor(10000 * power(random_of(n, 2), 2)))::integer AS influencer_id,
       timestamptz '2025-01-01 00:00:00+00' + (n + random_of(n, 3)) / (:touches) * interval '365 days' AS touched_at
FROM   generate_series(0, (:touches) - 1) AS n;

CREATE TABLE :"orders_table" AS
SELECT n + 1 AS order_id,
       (1 + floor((:orders) * power(random_of(n, 4), 1.5)))::bigint AS customer_id,
       timestamptz '2025-01-01 00:00:00+00' + (n + random_of(n, 5)) / (:orders) * interval '365 days' AS ordered_at,
       round((5 + 195 * power(random_of(n, 6), 3))::numeric, 2) AS revenue
FROM   generate_series(0, (:orders) - 1) AS n;

VACUUM ANALYZE :"touches_table";
VACUUM ANALYZE :"orders_table";
