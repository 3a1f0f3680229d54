import Relay
import Testing

/// One writer for the command's listings, the API's tables and the console's downloads.
struct CSVTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"so\"", "\"say \"\"so\"\"\""), ("two\r\nlines", "\"two\r\nlines\""),
        (" edge", "\" edge\""),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("+1", "'+1"), ("-1+2", "'-1+2"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1", "\"'\r=1\""),
        ("@example.org", "'@example.org"), ("", ""),
    ]) func aFieldIsReadAsTextAndNothingElse(_ text: String, _ field: String) { #expect(CSVText.field(text) == field) }
}
