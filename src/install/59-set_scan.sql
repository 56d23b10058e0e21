-- the scan that makes sets of a table's rows where it finds them

CREATE FUNCTION set_scan_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION set_scan_support(internal) IS 'planner support: has the library loaded before touch_agg() or purchase_agg() is planned, for the set scan';
