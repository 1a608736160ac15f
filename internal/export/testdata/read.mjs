// Reads every export below argv[2] with engines from npm: hyparquet (JavaScript), DuckDB (C++), arrow-rs by parquet-wasm with Apache Arrow
// for JavaScript, and Polars (Rust). Each must see the same rows, and the types that the trainers rely on. What hyparquet sees of the
// Parquet files goes to argv[3], by columns. With argv[4] = "unverified" no text of JSON Lines has a grade to take a type from;
// with "compared" texts have a similarity, which is the score.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import pl from "nodejs-polars";
import { readParquet } from "parquet-wasm/node";

const [root, out, kind] = process.argv.slice(2);

// Types: a name, [of what a list is], or {columns}.
const S = "string", I = "int64", F = "float64";
const verdict = { grade: I, score: F, ...(kind === "compared" ? { similarity: F } : {}) };
const passage = { docid: S, text: S, title: S };
const negatives = { negative_1: S, negative_2: S, negative_3: S };
const full = {
  query_id: S, query: S, passage_id: S,
  positives: [{ docid: S, title: S, text: S, source: S, ...verdict }],
  negatives: [{ docid: S, title: S, text: S, source: S, strategy: S, model: S, ...verdict }],
  query_model: S, query_prompt: S,
};
const types = {
  hf: { data: full }, jsonl: { data: full },
  "st-pair": { data: { anchor: S, positive: S } },
  "st-triplet": { data: { anchor: S, positive: S, negative: S } },
  "st-ntuple": { data: { anchor: S, positive: S, ...negatives } },
  "st-ntuple-scores": { data: { anchor: S, positive: S, ...negatives, score: [F] } },
  "st-labeled-pair": { data: { anchor: S, positive: S, label: I } },
  "st-labeled-list": { data: { query: S, docs: [S], labels: [I] } },
  flagembedding: { "": { query: S, pos: [S], neg: [S], pos_scores: [F], neg_scores: [F], prompt: S, type: S } },
  tevatron: { data: { query_id: S, query: S, positive_passages: [passage], negative_passages: [passage], subset: S } },
  beir: { "corpus.jsonl": { _id: S, title: S, text: S }, "queries.jsonl": { _id: S, text: S }, qrels: { "query-id": S, "corpus-id": S, score: I } },
  mteb: { corpus: { _id: S, title: S, text: S }, queries: { _id: S, text: S }, qrels: { "query-id": S, "corpus-id": S, score: I } },
};

// spell writes a type as an engine spells it.
const spell = (names, list, struct) => function type(t) {
  if (typeof t === "string") return names[t];
  if (Array.isArray(t)) return list(type(t[0]));
  return struct(Object.entries(t).map(([name, of]) => [name, type(of)]));
};
const inArrow = spell({ string: "Utf8", int64: "Int64", float64: "Float64" }, (t) => `List<${t}>`,
  (c) => `Struct<{${c.map(([n, t]) => `${n}:${t}`).join(", ")}}>`);
const inDuckDB = spell({ string: "VARCHAR", int64: "BIGINT", float64: "DOUBLE" }, (t) => `${t}[]`,
  (c) => `STRUCT(${c.map(([n, t]) => `"${n}" ${t}`).join(", ")})`);
const inPolars = spell({ string: "DataType(String)", int64: "DataType(Int64)", float64: "DataType(Float64)" }, (t) => `DataType(List(${t}))`,
  (c) => `DataType(Struct(${c.map(([n, t]) => `Field("${n}", ${t})`).join(",")}))`);
const columns = (type, spelt) => Object.entries(type).map(([name, of]) => [name, spelt(of)]);

// plain makes rows of all engines comparable: a whole number is a number, a row has nothing but its columns.
const plain = (rows) => JSON.parse(JSON.stringify(rows, (_, v) => (typeof v === "bigint" ? Number(v) : v)));

// footer asserts what stands at the end of a Parquet file, and gives the types of its columns.
function footer(name, file) {
  const meta = parquetMetadata(file);
  assert.equal((meta.key_value_metadata ?? []).length, 0, `${name}: key-value metadata`);
  for (const group of meta.row_groups) {
    assert.ok(group.total_byte_size <= 32 << 20, `${name}: a row group of ${group.total_byte_size} bytes`);
    for (const c of group.columns) {
      assert.equal(c.meta_data.codec, "ZSTD", name);
      assert.ok(c.offset_index_offset > 0 && c.column_index_offset > 0, `${name}: no page index of ${c.meta_data.path_in_schema}`);
    }
  }
  const left = [...meta.schema];
  return nodes(name, left, left.shift().num_children, false);
}

function nodes(name, left, n, inList) {
  const found = {};
  for (; n > 0; n--) {
    const e = left.shift();
    const optional = e.repetition_type === "OPTIONAL";
    assert.equal(optional, inList && e.name in verdict, `${name}: ${e.name} is ${e.repetition_type}`);
    if (e.converted_type === "LIST") {
      const list = left.shift();
      assert.deepEqual([list.name, list.repetition_type, left[0].name], ["list", "REPEATED", "element"], `${name}: ${e.name}`);
      found[e.name] = [nodes(name, left, 1, true).element];
    } else if (e.num_children) {
      found[e.name] = nodes(name, left, e.num_children, inList);
    } else {
      found[e.name] = { "BYTE_ARRAY STRING": S, "INT64 INTEGER": I, "DOUBLE ": F }[`${e.type} ${e.logical_type?.type ?? ""}`];
    }
  }
  return found;
}

// table is a file by columns: for each the values of every row, of which a list has any number.
function table(type, rows) {
  const all = {};
  const put = (column, of, row, values) => {
    if (typeof of === "string") (all[column] ??= rows.map(() => []))[row].push(...values.map((v) => (v === null ? "null" : String(v))));
    else if (Array.isArray(of)) put(`${column}.list.element`, of[0], row, values.flat());
    else for (const [name, t] of Object.entries(of)) put(column ? `${column}.${name}` : name, t, row, values.map((v) => v[name]));
  };
  rows.forEach((r, i) => put("", type, i, [r]));
  return all;
}

const duck = await (await DuckDBInstance.create(":memory:")).connect();
async function duckdb(query) {
  const r = await duck.runAndReadAll(query);
  return { types: r.columnNames().map((n, i) => [n, String(r.columnTypes()[i])]), rows: plain(r.getRowObjectsJS()) };
}

const polars = (frame) => ({ types: frame.columns.map((n, i) => [n, String(frame.dtypes[i])]), rows: plain(frame.toRecords()) });

async function parquet(name, type, file) {
  const raw = fs.readFileSync(file);
  const buffer = raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength);
  assert.deepEqual(footer(name, buffer), type, `${name} by hyparquet`);
  const rows = plain(await parquetReadObjects({ file: buffer, compressors }));
  assert.deepEqual(Object.keys(rows[0]), Object.keys(type), `${name}: order of the columns`);

  const arrow = tableFromIPC(readParquet(new Uint8Array(raw)).intoIPCStream());
  assert.deepEqual(arrow.schema.fields.map((f) => [f.name, String(f.type), f.nullable]), columns(type, inArrow).map((c) => [...c, false]), `${name} by arrow-rs`);
  assert.deepEqual(plain(arrow.toArray()), rows, `${name} by arrow-rs`);

  const d = await duckdb(`select * from read_parquet('${file}')`);
  assert.deepEqual(d, { types: columns(type, inDuckDB), rows }, `${name} by DuckDB`);
  assert.deepEqual(polars(pl.readParquet(file)), { types: columns(type, inPolars), rows }, `${name} by Polars`);
  fs.mkdirSync(path.dirname(path.join(out, name)), { recursive: true });
  fs.writeFileSync(path.join(out, name + ".json"), JSON.stringify(table(type, rows)));
  return rows.length;
}

async function lines(name, type, file) {
  const rows = fs.readFileSync(file, "utf8").trimEnd().split("\n").map((l) => JSON.parse(l));
  const d = await duckdb(`select * from read_json('${file}', format = 'newline_delimited', sample_size = -1)`);
  const p = polars(pl.readJSON(fs.readFileSync(file), { format: "lines", inferSchemaLength: rows.length }));
  assert.deepEqual(d.rows, rows, `${name} by DuckDB`);
  assert.deepEqual(p.rows, rows, `${name} by Polars`);
  if (kind !== "unverified" || type !== full) {
    assert.deepEqual(d.types, columns(type, inDuckDB), `${name} by DuckDB`);
    assert.deepEqual(p.types, columns(type, inPolars), `${name} by Polars`);
  }
  return rows.length;
}

async function tabs(name, type, file) {
  const ids = "{'query-id': 'VARCHAR', 'corpus-id': 'VARCHAR'}"; // as BEIR's loader takes them, even if they are all digits
  const d = await duckdb(`select * from read_csv('${file}', delim = '\\t', quote = '"', header = true, types = ${ids})`);
  const want = fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(1).map((l) => l.split("\t"));
  assert.deepEqual(d.types, columns(type, inDuckDB), `${name} by DuckDB`);
  assert.deepEqual(d.rows.map((r) => Object.values(r).map(String)), want, `${name} by DuckDB`);
  const p = polars(pl.readCSV(file, { sep: "\t", inferSchemaLength: 0 }));
  assert.deepEqual(p.rows.map((r) => Object.values(r)), want, `${name} by Polars`);
  return d.rows.length;
}

const readers = { ".parquet": parquet, ".jsonl": lines, ".tsv": tabs };
let files = 0;
for (const format of fs.readdirSync(root)) {
  for (const found of fs.readdirSync(path.join(root, format), { recursive: true })) {
    const read = readers[path.extname(found)];
    if (!read) continue;
    const type = types[format][found] ?? types[format][found.includes("/") ? found.split("/")[0] : ""];
    assert.ok(type, `${format}/${found} has no types here`);
    assert.ok((await read(`${format}/${found}`, type, path.join(root, format, found))) > 0, `${format}/${found} has no row`);
    files++;
  }
}
console.log(`hyparquet, DuckDB, arrow-rs and Polars read ${files} files of ${fs.readdirSync(root).length} formats`);
