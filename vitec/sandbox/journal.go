package sandbox

import "slices"

// journal remembers numbered things, the newest keep of them or all.
type journal[T any] struct {
	keep  int
	count int  // of all that were ever added
	items []*T // the newest; pointers, so that growing is quick
}

// next is the number that the thing added next will have, from 1.
func (j *journal[T]) next() int { return j.count + 1 }

func (j *journal[T]) add(item T) {
	if j.keep > 0 && len(j.items) == 2*j.keep {
		j.items = slices.Delete(j.items, 0, j.keep)
	}
	j.items = append(j.items, &item)
	j.count++
}

// at returns the thing with a number, nil if it is forgotten.
func (j *journal[T]) at(n int) *T {
	i := n - 1 - (j.count - len(j.items))
	if i < 0 || i >= len(j.items) {
		return nil
	}
	return j.items[i]
}

// since returns copies of those with a greater number than after, at most
// limit of them where that is not 0.
func (j *journal[T]) since(after, limit int) []T {
	items := j.items
	if j.keep > 0 && len(items) > j.keep {
		items = items[len(items)-j.keep:]
	}
	oldest := j.count - len(items) + 1
	items = items[min(max(after+1-oldest, 0), len(items)):]
	if limit > 0 && len(items) > limit {
		items = items[:limit]
	}
	copies := make([]T, len(items))
	for i, item := range items {
		copies[i] = *item
	}
	return copies
}
