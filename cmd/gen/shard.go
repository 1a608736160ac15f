package main

import (
	"fmt"

	"hardneg"
)

// shard is one part of a run that is spread over several machines; of 0 is the whole.
type shard struct{ i, of int }

func parseShard(s string) (shard, error) {
	if s == "" {
		return shard{}, nil
	}
	var sh shard
	if n, err := fmt.Sscanf(s+"\n", "%d/%d\n", &sh.i, &sh.of); err != nil || n != 2 || sh.of < 1 || sh.i < 0 || sh.i >= sh.of {
		return shard{}, usage("shards count from 0: --shard 0/4 to --shard 3/4", "--shard %q is not i/n", s)
	}
	return sh, nil
}

func (s shard) String() string {
	if s.of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.i, s.of)
}

// has reports whether a passage belongs to the shard. It depends on the passage's key alone.
func (s shard) has(id string) bool {
	return s.of == 0 || hardneg.KeyOf("shard", id).Uint64()%uint64(s.of) == uint64(s.i)
}
