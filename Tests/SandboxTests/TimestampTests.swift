import Testing

@testable import Sandbox

struct TimestampTests {
    @Test(arguments: [
        (0.0, "Thu, 1 Jan 1970 00:00:00 +0000", "1970-01-01 00:00:00Z"),
        (951_782_400.0, "Tue, 29 Feb 2000 00:00:00 +0000", "2000-02-29 00:00:00Z"),
        (1_788_256_801.9, "Tue, 1 Sep 2026 10:00:01 +0000", "2026-09-01 10:00:01Z"),
        (-1.0, "Wed, 31 Dec 1969 23:59:59 +0000", "1969-12-31 23:59:59Z"),
    ])
    func momentsAreWrittenAsTheProvidersDo(seconds: Double, mail: String, entra: String) {
        #expect(Timestamp(seconds).mail == mail)
        #expect(Timestamp(seconds).entra == entra)
    }
}
