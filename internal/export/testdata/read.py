"""Reads every export below argv[1] with pyarrow, and with the datasets library and DuckDB where they are installed, and
compares what they see with one another, with the card and with what trainers take. The train rows of hf go to argv[2]/hf."""
import csv, glob, json, os, sys

import pyarrow.parquet as pq

root, out = sys.argv[1:3]
ST = {"st-pair": ["anchor", "positive"], "st-triplet": ["anchor", "positive", "negative"],
      "st-ntuple": ["anchor", "positive", "negative_1", "negative_2", "negative_3"],
      "st-ntuple-scores": ["anchor", "positive", "negative_1", "negative_2", "negative_3", "score"],
      "st-labeled-pair": ["anchor", "positive", "label"], "st-labeled-list": ["query", "docs", "labels"]}


def footer(path):
    f = pq.ParquetFile(path)
    assert b"huggingface" not in (f.schema_arrow.metadata or {}), path
    for i in range(f.metadata.num_row_groups):
        assert f.metadata.row_group(i).total_byte_size <= 32 << 20, path
        for j in range(f.metadata.num_columns):
            column = f.metadata.row_group(i).column(j)
            assert column.has_column_index and column.has_offset_index and column.compression == "ZSTD", column
    assert "null" not in [str(t) for t in f.schema_arrow.types], f.schema_arrow
    return f.read().to_pylist()


def lines(path):
    return [json.loads(line) for line in open(path, encoding="utf-8")]


def tsv(path):  # as BEIR's loader does
    reader = csv.reader(open(path, encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_MINIMAL)
    next(reader)
    return [{"query-id": q, "corpus-id": d, "score": int(s)} for q, d, s in reader]


def rows_of(path):
    return {"parquet": footer, "jsonl": lines, "tsv": tsv}[path.rsplit(".", 1)[1]](path)


def files_of(folder):
    return sorted(f for f in glob.glob(folder + "/**/*", recursive=True)
                  if os.path.isfile(f) and f.rsplit(".", 1)[1] in ("parquet", "jsonl", "tsv"))


seen = {}
for folder in sorted(glob.glob(os.path.join(root, "*"))):
    name = os.path.basename(folder)
    seen[name] = {os.path.relpath(f, folder): rows_of(f) for f in files_of(folder)}
    for path, rows in seen[name].items():
        assert rows, path
        if name in ST:
            assert list(rows[0]) == ST[name], (name, list(rows[0]))
        if name == "flagembedding":
            for r in rows:
                assert r["pos"] and r["neg"] and len(r["pos"]) == len(r["pos_scores"]) and len(r["neg"]) == len(r["neg_scores"]), r
        if name == "tevatron":
            for r in rows:
                assert r["positive_passages"] and r["negative_passages"], r
                assert all((p["title"] + " " + p["text"]) and p["docid"] for p in r["positive_passages"] + r["negative_passages"])
with open(os.path.join(out, "hf"), "w", encoding="utf-8", newline="\n") as w:
    for row in seen["hf"]["data/train-00000-of-00001.parquet"]:
        w.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
beir = seen["beir"]
corpus, queries = ({r["_id"]: r for r in beir[f]} for f in ("corpus.jsonl", "queries.jsonl"))
for path, rows in beir.items():
    if path.startswith("qrels"):
        assert all(r["query-id"] in queries and r["corpus-id"] in corpus for r in rows), path
print("pyarrow", pq.core.__name__ and __import__("pyarrow").__version__, sorted(seen))

try:
    import duckdb
except ImportError:
    pass
else:
    for name, files in seen.items():
        for path, rows in files.items():
            if path.endswith(".parquet"):
                got = duckdb.sql(f"select * from read_parquet('{root}/{name}/{path}')").fetchall()
                assert [list(r) for r in got] == [list(r.values()) for r in rows], (name, path)
            elif path.endswith(".jsonl"):
                got = duckdb.sql(f"select count(*) from read_json('{root}/{name}/{path}')").fetchall()
                assert got[0][0] == len(rows), (name, path)
    print("duckdb", duckdb.__version__)

try:
    import datasets, yaml
except ImportError:
    sys.exit(0)
datasets.disable_progress_bars()
for name, files in seen.items():
    front = yaml.safe_load(open(f"{root}/{name}/README.md", encoding="utf-8").read().split("---\n")[1])
    for info, conf in zip(front["dataset_info"], front["configs"]):
        assert info["config_name"] == conf["config_name"]
        got = datasets.load_dataset(f"{root}/{name}", conf["config_name"], cache_dir=out + "/cache")
        assert list(got) == [d["split"] for d in conf["data_files"]], (name, list(got))
        for declared, d in zip(info["splits"], conf["data_files"]):
            here = [r for f, rows in files.items() if f.startswith(d["path"].rstrip("*")) for r in rows]
            table = got[d["split"]]
            assert table.num_rows == declared["num_examples"] == len(here), (name, d)
            assert table.column_names == [f["name"] for f in info["features"]], (name, table.column_names)
            assert table.to_list() == here, (name, d["path"])
assert datasets.load_dataset(root + "/hf", cache_dir=out + "/cache")["train"].features == \
    datasets.load_dataset(root + "/jsonl", cache_dir=out + "/cache")["train"].features
print("datasets", datasets.__version__)
