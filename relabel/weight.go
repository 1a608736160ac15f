package relabel

import "math"

// Weight is how much a negative counts in training: (1 - P(false negative))^gamma, where its score stands for the probability. It
// keeps what a threshold would throw away, and lets it count for little: RRRA (arXiv 2508.11670).
func Weight(score, gamma float64) float64 { return math.Pow(1-min(max(score, 0), 1), gamma) }
