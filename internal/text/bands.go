package text

import "math"

// Bands are what a text is found by among others: texts that agree in one band are compared. Of pairs that share 70 % of their runs 96 %
// are found, of those that share 80 % 99.8 %.
//
// A short text has minima of permutations, as MinHash does (Broder 1997), in bands of four. In a long one these would take most of the
// time of an export; it has the runs of lowest hash, as a bottom-k sketch does (Cohen and Kaplan 2007), each three that follow one another
// in a band. Texts in between have both, so that each finds its like.
type Bands struct {
	minima     [minBands]uint32 // halves of hashes
	lowest     [lowBands]uint32
	list       [lowBands]uint8 // of Groups, for each of these
	nMin, nLow int
}

const (
	minBands  = 12
	bandRows  = 4
	groupSalt = 0x9e3779b97f4a7c15

	lowBands = 12
	lowRow   = 3
	lowRuns  = lowBands + lowRow - 1

	longRuns  = 20 // a text of so many has the runs of lowest hash too
	shortRuns = 64 // and one of more has these alone: it can share no third of its runs with one that has none of them
)

// NewBands reads a text, which is nearly all of the work.
func NewBands(s string) Bands {
	t := Read(s)
	defer t.Free()
	return t.bands()
}

func (t *Text) bands() (b Bands) {
	runs := t.runs()
	if len(runs) == 0 { // too short for all but equality
		if sum := t.normalSum(); sum != 0 {
			b.minima[0], b.nMin = uint32(sum>>32), 1
		}
		return b
	}
	if len(runs) <= shortRuns {
		b.addMinima(runs)
	}
	if len(runs) >= longRuns {
		b.addLowest(runs)
	}
	return b
}

func (b *Bands) addMinima(runs []uint64) {
	b.nMin = minBands
	for i := range b.minima {
		h := uint64(i)
		for _, low := range minima(runs, i*bandRows+1) {
			h = mix(h, low)
		}
		b.minima[i] = uint32(h >> 32)
	}
}

// minima are those of permutations of hashes, from the one of a number: two texts agree in one as often as they share runs.
func minima(hashes []uint64, number int) (low [bandRows]uint64) {
	var salt [bandRows]uint64
	for r := range bandRows {
		low[r], salt[r] = math.MaxUint64, uint64(number+r)*groupSalt
	}
	for _, h := range hashes {
		h = max(h, 1) // as in a hashSet
		for r := range bandRows {
			x := (h ^ salt[r]) * 0xff51afd7ed558ccd
			low[r] = min(low[r], x^x>>33)
		}
	}
	return low
}

func (b *Bands) addLowest(runs []uint64) {
	var room [lowRuns]uint64
	low := lowest(room[:0], runs)
	b.nLow = max(1, len(low)-lowRow+1) // a text may say the same over and over
	for i := range b.nLow {
		h := uint64(minBands)
		for _, x := range low[i:min(i+lowRow, len(low))] {
			h = mix(h, x)
		}
		b.lowest[i], b.list[i] = uint32(h>>32), uint8(h%lowLists)
	}
}

// lowest are the lowest of the hashes, each once and in their order, as many as there is room for.
func lowest(low, hashes []uint64) []uint64 {
	worst := uint64(math.MaxUint64)
	for _, h := range hashes {
		x := h * 0xff51afd7ed558ccd
		if x ^= x >> 33; x >= worst {
			continue
		}
		at := len(low)
		for at > 0 && low[at-1] > x {
			at--
		}
		if at > 0 && low[at-1] == x {
			continue
		}
		if len(low) < cap(low) {
			low = append(low, 0)
		}
		copy(low[at+1:], low[at:])
		if low[at] = x; len(low) == cap(low) {
			worst = low[len(low)-1]
		}
	}
	return low
}
