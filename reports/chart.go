package reports

import (
	"bytes"
	"fmt"
	"html/template"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-analyze/charts"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// tone is a colour of a chart that the page's style sheet decides, so that it
// suits light and dark. To the chart library it is a colour that stands for
// its number.
type tone uint8

const (
	toneText tone = iota + 1
	toneLine
	toneGrid
	toneRate
	toneLimit
	tonePause
	toneMedian
	toneSlow
	toneOutcome // the first of the outcomes, by Outcome
)

func (t tone) color() charts.Color { return charts.Color{R: 1, G: 0, B: uint8(t), A: 255} }

// variable is the name of a tone in the style sheet.
func (t tone) variable() string {
	if t >= toneOutcome {
		return "--o-" + strings.ReplaceAll(ledger.Outcome(t-toneOutcome).String(), "_", "-")
	}
	return "--" + [...]string{"", "chart-text", "chart-line", "chart-grid", "chart-rate", "chart-limit", "chart-pause", "chart-median", "chart-slow"}[t]
}

// sheet collects the looks of all charts of a page as classes: a strict
// Content-Security-Policy knows no style attributes.
type sheet struct {
	class map[string]string // by declarations
	css   strings.Builder
}

var (
	styleAttribute = regexp.MustCompile(`style="([^"]*)"`)
	toneColor      = regexp.MustCompile(`rgba?\(1,0,(\d+)(?:,([0-9.]+))?\)`)
)

// inline makes an SVG picture of the library fit for the page.
func (s *sheet) inline(svg []byte, label string) template.HTML {
	out := styleAttribute.ReplaceAllStringFunc(string(svg), func(attr string) string {
		return `class="` + s.classOf(attr[len(`style="`):len(attr)-1]) + `"`
	})
	out = strings.Replace(out, "<svg ", `<svg role="img" aria-label="`+template.HTMLEscapeString(label)+`" `, 1)
	out = strings.Replace(out, ` xmlns:xlink="http://www.w3.org/1999/xlink"`, "", 1)
	return template.HTML(strings.ReplaceAll(out, "\n", " "))
}

// classOf is the class of a look.
func (s *sheet) classOf(declarations string) string {
	if c, ok := s.class[declarations]; ok {
		return c
	}
	c := "k" + strconv.Itoa(len(s.class))
	if s.class == nil {
		s.class = map[string]string{}
	}
	s.class[declarations] = c
	var kept []string
	for d := range strings.SplitSeq(declarations, ";") {
		name, value, _ := strings.Cut(d, ":")
		if name == "font-family" {
			continue // the page's own
		}
		opacity := ""
		value = toneColor.ReplaceAllStringFunc(value, func(c string) string {
			m := toneColor.FindStringSubmatch(c)
			n, _ := strconv.Atoi(m[1]) // digits by the expression
			opacity = m[2]
			return "var(" + tone(n).variable() + ")"
		})
		kept = append(kept, name+":"+value)
		if opacity != "" {
			kept = append(kept, name+"-opacity:"+opacity)
		}
	}
	fmt.Fprintf(&s.css, ".%s{%s}", c, strings.Join(kept, ";"))
	return c
}

// theme is the look of all charts.
func theme(series ...tone) charts.ColorPalette {
	o := charts.ThemeOption{
		AxisStrokeColor: toneLine.color(), AxisSplitLineColor: toneGrid.color(), BackgroundColor: charts.ColorTransparent,
		TextColor: toneText.color(), TextColorTitle: toneText.color(), TextColorMark: toneText.color(), TextColorLabel: toneText.color(),
		TextColorLegend: toneText.color(), TextColorXAxis: toneText.color(), TextColorYAxis: toneText.color(),
	}
	for _, t := range series {
		o.SeriesColors = append(o.SeriesColors, t.color())
	}
	return charts.MakeTheme(o)
}

const (
	chartWidth = 480
	chartText  = 9.0 // points
)

// outcomeChart is a bar for each outcome that there is.
func outcomeChart(s *Summary) ([]byte, error) {
	var shares []Share
	for _, o := range s.Outcomes {
		if o.Count > 0 {
			shares = append(shares, o)
		}
	}
	if len(shares) == 0 {
		return nil, nil
	}
	// The bars are stacked series of one value each, so that each has a colour
	// of its own. The library draws the categories from the bottom up.
	var (
		tones []tone
		names []string
		list  charts.BarSeriesList
		font  = charts.FontStyle{FontSize: chartText + 1, FontColor: toneText.color()}
		most  = 0
	)
	for i := range shares {
		o := shares[len(shares)-1-i]
		values := make([]float64, len(shares))
		values[i] = float64(o.Count)
		most = max(most, o.Count)
		tones = append(tones, toneOutcome+tone(o.Outcome))
		names = append(names, o.Symbol+" "+o.Name)
		list = append(list, charts.BarSeries{Values: values})
	}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: chartWidth, Height: 20 + 38*len(shares), Theme: theme(tones...)})
	no := false
	room := 1.18 * float64(most)
	for i := range list {
		count := shares[len(shares)-1-i].Count
		list[i].Label = charts.SeriesLabel{Show: charts.Ptr(true), FontStyle: font, LabelFormatter: func(_ int, _ string, v float64) (string, *charts.LabelStyle) {
			if v == 0 {
				return "", nil
			}
			return words.Number(count).String(), nil
		}}
	}
	err := p.BarChart(charts.BarChartOption{
		Horizontal: true, SeriesList: list, StackSeries: charts.Ptr(true), Padding: charts.NewBox(10, 0, 10, 0), BarSize: 0.56,
		CategoryAxis: charts.CategoryAxisOption{Labels: names, LabelFontStyle: font, LabelOffset: charts.OffsetInt{Left: -6}},
		ValueAxis:    []charts.ValueAxisOption{{Show: &no, Max: &room, SplitLineShow: &no}},
		Legend:       charts.LegendOption{Show: &no},
	})
	if err != nil {
		return nil, err
	}
	return p.Bytes()
}

// axis is the time axis of a timeline: a label for each step.
func (t *timeline) axis(zone *time.Location) []string {
	layout := "15:04:05"
	if t.step >= time.Minute {
		layout = "15:04"
	}
	labels := make([]string, t.last+1)
	for i := range labels {
		labels[i] = t.start.Add(time.Duration(i) * t.step).In(zone).Format(layout)
	}
	return labels
}

// rateChart is the requests per second over the run, with the limit and the
// pauses.
func rateChart(t *timeline, limit float64, stops []pause, w texts, zone *time.Location) ([]byte, error) {
	n := t.last + 1
	if n < 2 {
		return nil, nil
	}
	rate, bound, paused := make([]float64, n), make([]float64, n), make([]float64, n)
	top := limit
	for i := range rate {
		rate[i] = float64(t.steps[i].sent) / t.step.Seconds()
		bound[i] = limit
		top = max(top, rate[i])
	}
	top = niceTop(top)
	any := false
	for i := range paused {
		paused[i] = charts.GetNullValue()
		from := t.start.Add(time.Duration(i) * t.step)
		for _, p := range stops {
			if p.from.Before(from.Add(t.step)) && p.to.After(from) {
				paused[i] = top
				any = true
			}
		}
	}
	var list charts.GenericSeriesList
	var tones []tone
	if any {
		list = append(list, charts.GenericSeries{Type: charts.ChartTypeBar, Values: paused, Name: w.Say("pause")})
		tones = append(tones, tonePause)
	}
	list = append(list, charts.GenericSeries{Type: charts.ChartTypeLine, Values: rate, Name: w.Say("sent")})
	tones = append(tones, toneRate)
	if limit > 0 {
		list = append(list, charts.GenericSeries{Type: charts.ChartTypeLine, Values: bound, Name: w.Say("limit")})
		tones = append(tones, toneLimit)
	}
	svg, err := timeChart(list, tones, t.axis(zone), top, func(v float64) string { return w.Decimal(v, 3) })
	if err != nil {
		return nil, err
	}
	// The library leaves gaps between the bars; a long pause has none. A stroke
	// fills them, but also grows over the top: where bars are wide they keep gaps.
	const widest = 6
	pause := tonePause.color().String()
	wide := fmt.Sprintf("stroke-width:%d;stroke:%s;fill:%s", min(1+chartWidth*6/10/n, widest), pause, pause)
	return bytes.ReplaceAll(svg, []byte("stroke:none;fill:"+pause), []byte(wide)), nil
}

// answerChart is how long the answers took over the run: half of them, and all
// but the slowest twentieth.
func answerChart(t *timeline, w texts, zone *time.Location) ([]byte, error) {
	n := t.last + 1
	if n < 2 {
		return nil, nil
	}
	half, slow := make([]float64, n), make([]float64, n)
	top := 1.0
	for i := range half {
		half[i], slow[i] = charts.GetNullValue(), charts.GetNullValue()
		if q, ok := t.steps[i].quantile(0.5); ok {
			half[i] = q
		}
		if q, ok := t.steps[i].quantile(0.95); ok {
			slow[i] = q
			top = max(top, q)
		}
	}
	list := charts.GenericSeriesList{
		{Type: charts.ChartTypeLine, Values: half, Name: w.Say("half are faster")},
		{Type: charts.ChartTypeLine, Values: slow, Name: w.Say("95 %% are faster")},
	}
	return timeChart(list, []tone{toneMedian, toneSlow}, t.axis(zone), niceTop(top), w.milliseconds)
}

// axisSteps is into how many steps a value axis is cut.
const axisSteps = 4

// niceTop is where a value axis ends, so that its steps are round numbers.
func niceTop(most float64) float64 {
	step := most * 1.05 / axisSteps
	scale := math.Pow(10, math.Floor(math.Log10(step)))
	for _, nice := range [...]float64{1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10} {
		if nice*scale >= step {
			return nice * scale * axisSteps
		}
	}
	return most
}

// milliseconds is a time on an axis.
func (w texts) milliseconds(ms float64) string {
	if ms >= 1000 {
		return w.Localize(strconv.FormatFloat(math.Round(ms/100)/10, 'f', -1, 64)) + " s"
	}
	return strconv.FormatFloat(math.Round(ms), 'f', 0, 64) + " ms"
}

func timeChart(list charts.GenericSeriesList, tones []tone, labels []string, top float64, format charts.ValueFormatter) ([]byte, error) {
	font := charts.NewFontStyleWithSize(chartText)
	gap, zero := 0.0, 0.0
	var names []string
	for _, s := range list {
		names = append(names, s.Name)
	}
	p, err := charts.Render(charts.ChartOption{
		OutputFormat: charts.ChartOutputSVG, Width: chartWidth, Height: 230, Theme: theme(tones...), Padding: charts.NewBox(4, 4, 12, 4),
		XAxis:      charts.XAxisOption{Labels: labels, LabelCount: 4, LabelFontStyle: font, BoundaryGap: charts.Ptr(true)},
		YAxis:      []charts.YAxisOption{{Min: &zero, Max: &top, LabelCount: axisSteps + 1, LabelFontStyle: font, ValueFormatter: format}},
		Legend:     charts.LegendOption{SeriesNames: names, FontStyle: font, Offset: charts.OffsetLeft},
		SeriesList: list, Symbol: charts.Symbol{Shape: charts.SymbolNone}, LineStrokeWidth: 2, BarMargin: &gap, BarSize: 1,
	})
	if err != nil {
		return nil, err
	}
	return p.Bytes()
}
