package store

import "context"

// EachReply visits the stored request and reply of each call of a stage that was answered, in the order they were made.
func (s *Store) EachReply(ctx context.Context, stage string, visit func(request, reply []byte) error) error {
	return s.each(ctx, "SELECT request, reply FROM calls WHERE ok = 1 AND profile IN (SELECT id FROM profiles WHERE stage = ?) ORDER BY id", []any{stage},
		func(scan scanner) error {
			var request, reply []byte
			err := scan(&request, &reply)
			if err == nil {
				request, err = unpack(request)
			}
			if err == nil {
				reply, err = unpack(reply)
			}
			if err != nil {
				return err
			}
			return visit(request, reply)
		})
}
