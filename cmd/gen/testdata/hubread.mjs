// Reads what stands in a repository of data sets with the Hub's own client: argv[2] is the Hub, argv[3] the repository, argv[4] the
// branch, argv[5] the folder to write to. The token is in HF_TOKEN.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { downloadFile, fileDownloadInfo, fileExists, listFiles } from "@huggingface/hub";

const [hubUrl, name, revision, out] = process.argv.slice(2);
const at = { repo: { type: "dataset", name }, revision, hubUrl, accessToken: process.env.HF_TOKEN };

let files = 0;
for await (const entry of listFiles({ ...at, recursive: true })) {
  assert.equal(entry.type, "file", entry.path);
  assert.ok(await fileExists({ ...at, path: entry.path }), entry.path);
  const info = await fileDownloadInfo({ ...at, path: entry.path });
  assert.equal(info.size, entry.size, entry.path);
  const content = Buffer.from(await (await downloadFile({ ...at, path: entry.path })).arrayBuffer());
  if (entry.lfs) assert.equal(createHash("sha256").update(content).digest("hex"), entry.lfs.oid, entry.path);
  const to = path.join(out, entry.path);
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.writeFileSync(to, content);
  files++;
}
assert.equal(await fileExists({ ...at, path: "not/there" }), false);
assert.equal(await downloadFile({ ...at, path: "not/there" }), null);
console.log(`${files} files`);
