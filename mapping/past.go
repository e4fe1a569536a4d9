package mapping

import (
	"regexp"
	"slices"
	"time"
)

// dayText finds a day in a text: 2026-10-12, or 12.10.2026.
var dayText = regexp.MustCompile(`(?:^|\D)(?:(20\d\d-\d\d-\d\d)|(\d?\d\.\d?\d\.20\d\d))(?:$|\D)`)

// Past reports whether the cells that name a row's viewing or time slot have a
// day in them that is over. A row whose cells have none says nothing.
func (mp *Mapper) Past(cells []string) bool {
	return slices.ContainsFunc(mp.FieldColumns("viewingId", "timeSlotId"), func(c int) bool { return c < len(cells) && over(cells[c], mp.today) })
}

// over reports whether a text has a day in it that was before today.
func over(text string, today time.Time) bool {
	m := dayText.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	d, err := time.Parse(time.DateOnly, m[1])
	if m[1] == "" {
		d, err = time.Parse("2.1.2006", m[2])
	}
	return err == nil && d.Format(time.DateOnly) < today.Format(time.DateOnly)
}
