package mapping

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dayText finds a day in a text: 2026-10-12, or 12.10.2026.
var dayText = regexp.MustCompile(`(?:^|\D)(?:(20\d\d)-(\d\d)-(\d\d)|(\d?\d)\.(\d?\d)\.(20\d\d))(?:$|\D)`)

// Past reports whether the cells that name a row's viewing or time slot have a
// day in them that is over. A row whose cells have none says nothing.
func (mp *Mapper) Past(cells []string) bool {
	return slices.ContainsFunc(mp.FieldColumns("viewingId", "timeSlotId"), func(c int) bool { return c < len(cells) && over(cells[c], mp.today) })
}

// over reports whether a text has a day in it that was before today.
func over(text string, today time.Time) bool {
	if !strings.Contains(text, "20") {
		return false // no year
	}
	m := dayText.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	year, month, day := m[1], m[2], m[3]
	if year == "" {
		year, month, day = m[6], m[5], m[4]
	}
	numbers := [3]int{}
	for i, s := range []string{year, month, day} {
		numbers[i], _ = strconv.Atoi(s) // four or two digits
	}
	d := time.Date(numbers[0], time.Month(numbers[1]), numbers[2], 0, 0, 0, 0, time.UTC)
	if d.Day() != numbers[2] || int(d.Month()) != numbers[1] {
		return false
	}
	y, mon, now := today.Date()
	return d.Before(time.Date(y, mon, now, 0, 0, 0, 0, time.UTC))
}
