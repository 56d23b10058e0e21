-- influence: purchase-based influence. Built from src/install/*.sql; do not edit the whole.

-- complain if the script is run in psql instead of by CREATE EXTENSION
\echo Use "CREATE EXTENSION influence" to load this file. \quit
