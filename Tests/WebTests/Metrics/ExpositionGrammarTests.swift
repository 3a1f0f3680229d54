import Testing

/// A checker that never complains proves nothing.
struct ExpositionGrammarTests {
    @Test func soundTextHasNoFaults() {
        let text = """
            # HELP a_total x\\\\y\\nz "quoted"
            # TYPE a_total counter
            a_total{x="1,\\"}\\\\\\n",y=""} 1e+20
            # HELP h .
            # TYPE h histogram
            h_bucket{le="0.1"} 1
            h_bucket{le="+Inf"} 2
            h_sum NaN
            h_count 2

            """
        #expect(ExpositionGrammar(text).faults == [])
    }

    @Test(arguments: [
        ("g 1", "cut off"), ("g 1 \n", "not a line"), ("\n", "not a line"), ("# TYPE g gauge\n", "has help"),
        ("# HELP g x\n# TYPE g gauge\ng 0x1\n", "not a line"), ("# HELP g x\n# TYPE g gauge\ng inf\n", "not a line"),
        ("# HELP g x\n# TYPE g gauge\ng{a=\"\\t\"} 1\n", "not a line"), ("# HELP g x\n# TYPE g gauge\ng{a=\"1\",} 1\n", "not a line"),
        ("# HELP g x\n# TYPE g gauge\ng{a=\"1} 1\n", "not a line"), ("# HELP g x\n# TYPE g gauge\ng{1a=\"1\"} 1\n", "not a line"),
        ("# HELP g x\n# TYPE g gauge\ng{a=\"1\",a=\"2\"} 1\n", "a label twice"),
        ("# HELP g x\n# TYPE g gauge\ng 1\ng 1\n", "a series twice"),
        ("# HELP g x\n# TYPE g gauge\nf 1\n", "another metric"), ("# HELP g x\\y\n# TYPE g gauge\n", "a bad escape"),
        ("# HELP c x\n# TYPE c counter\n", "only a counter"), ("# HELP c_total x\n# TYPE c_total counter\nc_total -1\n", "below 0"),
        ("# HELP g x\n# TYPE g gauge\n# HELP f x\n# TYPE f gauge\n# HELP g x\n# TYPE g gauge\n", "two places"),
        ("# HELP h x\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\n", "without its count"),
        ("# HELP h x\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n", "no infinite bucket"),
        ("# HELP h x\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n", "do not rise"),
        ("# HELP h x\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n", "unlike the buckets"),
    ]) func faultIsFound(_ text: String, _ fault: String) {
        #expect(ExpositionGrammar(text).faults.contains { $0.contains(fault) }, "\(ExpositionGrammar(text).faults)")
    }
}
