"""Reads the exports hf, jsonl and st-triplet below argv[1] with pyarrow, prints the train rows as JSON Lines into argv[2],
and loads them with the datasets library where that is installed."""
import json, os, sys

import pyarrow.parquet as pq

root, out = sys.argv[1:3]
tables = {f: pq.ParquetFile(os.path.join(root, f, "data/train-00000-of-00001.parquet")) for f in ("hf", "st-triplet")}
for f, table in tables.items():
    with open(os.path.join(out, f), "w", encoding="utf-8", newline="\n") as w:
        for row in table.read().to_pylist():
            w.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    for i in range(table.metadata.num_row_groups):
        for j in range(table.metadata.num_columns):
            column = table.metadata.row_group(i).column(j)
            assert column.has_column_index and column.has_offset_index and column.compression == "ZSTD", column

try:
    import datasets
except ImportError:
    sys.exit(0)
datasets.disable_progress_bars()
load = lambda f: datasets.load_dataset(os.path.join(root, f), cache_dir=os.path.join(out, "cache"))
a, b, c = load("hf"), load("jsonl"), load("st-triplet")
assert a["train"].features == b["train"].features, (a["train"].features, b["train"].features)
for split in a:
    assert a[split].to_list() == b[split].to_list(), split
assert a["train"].to_list() == tables["hf"].read().to_pylist()
assert c["train"].column_names == ["anchor", "positive", "negative"], c["train"].column_names
print("datasets", datasets.__version__, sorted(a))
