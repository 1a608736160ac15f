package export

// What the formats of sentence-transformers share. That library takes columns by their order, and every column that is no
// label for an input, so they have those columns and no others.

const (
	titleFirst = "A title stands before its text, with a space between them, in the rows of queries all of whose texts have one. " + titlesTell
	titlesTell = "Generated texts have none, and titles on one side only would give the label away."
)

// loadSplit loads a split as it is.
var loadSplit = snippet{"datasets", "python", `from datasets import load_dataset

dataset = load_dataset("path/to/this/directory", split="SPLIT")
print(dataset[0])`}

// fromRecords trains a bi-encoder on rows that hold all of a query.
var fromRecords = snippet{"sentence-transformers", "python", `from datasets import load_dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from sentence_transformers.losses import MultipleNegativesRankingLoss

def triplets(batch):
    rows = [(q, p["text"], n["text"]) for q, ps, ns in zip(batch["query"], batch["positives"], batch["negatives"]) for p in ps for n in ns]
    return {name: list(column) for name, column in zip(("anchor", "positive", "negative"), zip(*rows))}

dataset = load_dataset("path/to/this/directory", split="SPLIT")
dataset = dataset.map(triplets, batched=True, remove_columns=dataset.column_names)
model = SentenceTransformer("your/base-model")
trainer = SentenceTransformerTrainer(model=model, train_dataset=dataset, loss=MultipleNegativesRankingLoss(model))
trainer.train()`}

// trainEmbeddings trains a bi-encoder on a split.
var trainEmbeddings = embeddings("MultipleNegativesRankingLoss")

// embeddings trains a bi-encoder with a loss.
func embeddings(loss string) snippet {
	return snippet{"sentence-transformers", "python", `from datasets import load_dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from sentence_transformers.losses import ` + loss + `

dataset = load_dataset("path/to/this/directory", split="SPLIT")
model = SentenceTransformer("your/base-model")
trainer = SentenceTransformerTrainer(model=model, train_dataset=dataset, loss=` + loss + `(model))
trainer.train()`}
}

// reranker trains a cross-encoder with a loss.
func reranker(loss string) snippet {
	return snippet{"sentence-transformers", "python", `from datasets import load_dataset
from sentence_transformers import CrossEncoder, CrossEncoderTrainer
from sentence_transformers.cross_encoder.losses import ` + loss + `

dataset = load_dataset("path/to/this/directory", split="SPLIT")
model = CrossEncoder("your/base-model", num_labels=1)
trainer = CrossEncoderTrainer(model=model, train_dataset=dataset, loss=` + loss + `(model))
trainer.train()`}
}
