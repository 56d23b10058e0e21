/*
 * join_key.c
 *		What kinds of keys an attribution join has.
 */
#include "postgres.h"

#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"

#include "compat.h"
#include "join_key.h"

static JoinKeyKind
kind_of_key(Oid function, Oid collation)
{
	switch (function)
	{
		case F_INT2EQ:
		case F_INT4EQ:
		case F_INT8EQ:
		case F_INT24EQ:
		case F_INT42EQ:
		case F_INT28EQ:
		case F_INT82EQ:
		case F_INT48EQ:
		case F_INT84EQ:
		case F_OIDEQ:
		case F_BOOLEQ:
		case F_CHAREQ:
		case F_DATE_EQ:
		case F_ENUM_EQ:
		case F_TIMESTAMP_EQ:
		case F_TIMESTAMPTZ_EQ:
			return KEY_WORD;
		case F_TEXTEQ:
			/* where there is no collation, the function has an error to raise */
			return OidIsValid(collation) && get_collation_isdeterministic(collation) ? KEY_BYTES
			                                                                         : KEY_OTHER;
		case F_BYTEAEQ:
			return KEY_BYTES;
		case F_UUID_EQ:
			return KEY_BLOCK;
		default:
			return KEY_OTHER;
	}
}

void
inf_keys_init(JoinKeys *keys, List *operators, List *same, List *collations)
{
	keys->nkeys = list_length(operators);
	keys->keys = palloc0(keys->nkeys * sizeof(JoinKey));
	keys->calls_functions = false;
	for (int i = 0; i < keys->nkeys; i++)
	{
		JoinKey *key = &keys->keys[i];
		Oid operator= list_nth_oid(operators, i);
		Oid probe_hash;
		Oid build_hash;

		key->collation = list_nth_oid(collations, i);
		key->kind = kind_of_key(get_opcode(operator), key->collation);
		key->length = UUID_LEN;
		keys->calls_functions |= key->kind == KEY_OTHER;
		if (!get_op_hash_functions(operator, & probe_hash, &build_hash))
			elog(ERROR, "operator %u has no hash functions", operator);
		fmgr_info(probe_hash, &key->probe_hash);
		fmgr_info(build_hash, &key->build_hash);
		fmgr_info(get_opcode(operator), &key->equal);
		fmgr_info(get_opcode(list_nth_oid(same, i)), &key->same);
	}
	keys->is_word = keys->nkeys == 1 && keys->keys[0].kind == KEY_WORD;
}
