package text

import "encoding/binary"

// Signature is what can be kept of a text so that it need not be read again to be compared with others.
type Signature struct {
	Bands Bands
	Sum   uint64 // NormalSum of the text
}

// signatureVersion changes with everything that a signature depends on: bands, runs, normal forms, hashes. One of another version is
// made anew from its text.
const signatureVersion = 1

// NewSignature reads a text.
func NewSignature(s string) Signature {
	t := Read(s)
	defer t.Free()
	return Signature{t.bands(), NormalSum(s)}
}

// Append adds the bytes of a signature: 70 for most texts, up to 120.
func (g *Signature) Append(b []byte) []byte {
	n := &g.Bands
	b = append(b, signatureVersion, byte(n.nMin), byte(n.nLow))
	b = binary.LittleEndian.AppendUint64(b, g.Sum)
	for _, h := range n.minima[:n.nMin] {
		b = binary.LittleEndian.AppendUint32(b, h)
	}
	for _, h := range n.lowest[:n.nLow] {
		b = binary.LittleEndian.AppendUint32(b, h)
	}
	return append(b, n.list[:n.nLow]...)
}

// ParseSignature reads what Append wrote; ok is false for one of another version, and for what is none.
func ParseSignature(b []byte) (g Signature, ok bool) {
	const head = 3 + 8
	if len(b) < head || b[0] != signatureVersion {
		return g, false
	}
	n := &g.Bands
	n.nMin, n.nLow, g.Sum = int(b[1]), int(b[2]), binary.LittleEndian.Uint64(b[3:])
	b = b[head:]
	if n.nMin > minBands || n.nLow > lowBands || len(b) != 4*n.nMin+5*n.nLow {
		return Signature{}, false
	}
	for i := range n.nMin {
		n.minima[i], b = binary.LittleEndian.Uint32(b), b[4:]
	}
	for i := range n.nLow {
		n.lowest[i], b = binary.LittleEndian.Uint32(b), b[4:]
	}
	for i, list := range b {
		if list >= lowLists {
			return Signature{}, false
		}
		n.list[i] = list
	}
	return g, true
}
