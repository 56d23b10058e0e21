// Runs SQL statements on DuckDB as psql would: a statement ends with ";" at the end of a line.
// After each answer comes "Time: <ms> ms" and "end-of-answer".
import { DuckDBInstance } from '@duckdb/node-api';
import readline from 'node:readline';

const instance = await DuckDBInstance.create(process.argv[2], { threads: process.argv[3] });
const connection = await instance.connect();
let sql = '';
for await (const line of readline.createInterface({ input: process.stdin })) {
	sql += line + '\n';
	if (!line.endsWith(';')) continue;
	const started = process.hrtime.bigint();
	try {
		const result = await connection.runAndReadAll(sql);
		const ms = Number(process.hrtime.bigint() - started) / 1e6;
		for (const row of result.getRows().slice(0, 100)) console.log(row.map(String).join('|'));
		console.log(`Time: ${ms.toFixed(3)} ms`);
	} catch (error) {
		console.log(`ERROR: ${error.message}`);
		console.log('Time: 0 ms');
	}
	console.log('end-of-answer');
	sql = '';
}
