package store

/*
int gen_row_texts(void);
*/
import "C"

import (
	"sync"
)

// readersDriver is the driver whose connections know gen_row and gen_rows: those of C, which every connection of the driver's package
// knows from then on.
var readersDriver = sync.OnceValue(func() string {
	if C.gen_row_texts() != 0 {
		return goRowsDriver()
	}
	return "sqlite3"
})
